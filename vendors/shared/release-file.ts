import { parseFields, parseText, type VendorContext } from '../../src/kit.ts';

/** What the head of a `Release` file of a Debian archive says. */
export interface ArchiveRelease {
  /** `stable`, `testing`, `unstable`, `oldstable`, also `stable-backports`. */
  suite: string;
  codename: string;
  /** Point release, `13.7`; testing and unstable have none. */
  version?: string;
}

/** The hash lists behind the head make the file over 100 kB. */
const headBytes = 8 * 1024;

/** Reads the head of `<folder>/Release`; `undefined` where the archive has no such suite. */
export async function findRelease(
  folder: URL,
  context: VendorContext,
): Promise<ArchiveRelease | undefined> {
  const url = new URL('Release', folder);
  const document = await context.http.find(url, { headBytes, signal: context.signal });
  if (document === undefined) return undefined;
  const fields = parseFields(document.text, url.href);
  const version = fields.get('Version');
  return {
    suite: parseText(fields.get('Suite'), `${url}: Suite`),
    codename: parseText(fields.get('Codename'), `${url}: Codename`),
    ...(version !== undefined && { version }),
  };
}
