import {
  defined,
  parseFields,
  parseText,
  peekSignedText,
  type VendorContext,
} from '../../src/kit.ts';

/** What the head of a `Release` file of a Debian archive says. */
export interface ArchiveRelease {
  /** The clear-signed file that says it. */
  signed: URL;
  /** `stable`, `testing`, `unstable`, `oldstable`, also `stable-backports`. */
  suite: string;
  codename: string;
  /** Point release, `13.7`; testing and unstable have none. */
  version?: string;
}

/** Reads `<folder>/InRelease`, or `Release` where a mirror has no other; `undefined` where the archive has no such suite. */
export async function findInRelease(
  folder: URL,
  context: VendorContext,
): Promise<ArchiveRelease | undefined> {
  const signed = new URL('InRelease', folder);
  const options = { signal: context.signal };
  const document =
    (await context.http.find(signed, options)) ??
    (await context.http.find(new URL('Release', folder), options));
  if (document === undefined) return undefined;
  const fields = parseFields(peekSignedText(document.text), document.url.href);
  const version = fields.get('Version');
  return {
    signed,
    suite: parseText(fields.get('Suite'), `${document.url}: Suite`),
    codename: parseText(fields.get('Codename'), `${document.url}: Codename`),
    ...defined({ version }),
  };
}
