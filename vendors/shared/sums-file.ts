import {
  type ChecksumEntry,
  type MetadataDocument,
  parseChecksums,
  type VendorContext,
} from '../../src/kit.ts';

/** A named line of a list of digests. */
export type NamedSum = ChecksumEntry & { name: string };

/**
 * What a list of digests names, unproved; `undefined` where there is no such list. Throws `ERR_METADATA` naming the
 * address for any other page.
 */
export async function findSums(
  url: URL,
  { http, signal }: VendorContext,
): Promise<NamedSum[] | undefined> {
  const document = await http.find(url, { signal });
  return document && parseSums(document, url);
}

/** The same of a list that has to be there: without it the answer is `ERR_HTTP_STATUS`. */
export async function readNamedSums(
  url: URL,
  { http, signal }: VendorContext,
): Promise<NamedSum[]> {
  return parseSums(await http.get(url, { signal }), url);
}

function parseSums(document: MetadataDocument, url: URL): NamedSum[] {
  const { entries } = parseChecksums(document.text, { dialect: 'sums', from: url.href });
  return entries.flatMap((entry) =>
    entry.name === undefined ? [] : [{ ...entry, name: entry.name }],
  );
}
