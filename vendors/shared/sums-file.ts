import { type ChecksumEntry, parseChecksums, type VendorContext } from '../../src/kit.ts';

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
  if (document === undefined) return undefined;
  const { entries } = parseChecksums(document.text, { dialect: 'sums', from: url.href });
  return entries.flatMap((entry) =>
    entry.name === undefined ? [] : [{ ...entry, name: entry.name }],
  );
}
