import {
  type ChecksumEntry,
  type MetadataDocument,
  parseChecksums,
  type VendorContext,
} from '../../src/kit.ts';

/** A named line of a list of digests. */
export type NamedSum = ChecksumEntry & { name: string };

/**
 * The files that a list of digests names, not yet proved; `undefined` if the list does not exist. Throws `ERR_METADATA`
 * naming the address for any other page.
 */
export async function findSums(
  url: URL,
  { http, signal }: VendorContext,
): Promise<NamedSum[] | undefined> {
  const document = await http.find(url, { signal });
  return document && parseSums(document, url);
}

/** The same for a list that must exist: without it the error is `ERR_HTTP_STATUS`. */
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
