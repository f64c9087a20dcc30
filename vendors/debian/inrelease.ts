import {
  defined,
  parseFields,
  parseText,
  peekSignedText,
  refuseSignature,
  type VendorContext,
} from '../../src/kit.ts';
import { unusable } from '../shared/unusable.ts';

/** The head of a `Release` file of a Debian archive. */
export interface ArchiveRelease {
  /** The clear-signed file that holds it. */
  signed: URL;
  /** `stable`, `testing`, `unstable`, `oldstable`, also `stable-backports`. */
  suite: string;
  codename: string;
  /** Point release, `13.7`; testing and unstable have none. */
  version?: string;
}

/**
 * Reads `InRelease` of a suite or code name; `undefined` if the archive has no such folder. Debian
 * signs every `Release`, so one without a signature is `ERR_SIGNATURE_MISSING`: it may be an old
 * copy.
 */
export async function findInRelease(
  archive: URL,
  name: string,
  { http, signal }: VendorContext,
): Promise<ArchiveRelease | undefined> {
  const signed = new URL(`${name}/InRelease`, archive);
  const document = await http.find(signed, { signal });
  if (document === undefined) {
    const bare = await http.find(new URL('Release', signed), { signal });
    if (bare === undefined) return undefined;
    throw refuseSignature('signature-missing', `${signed} is missing, and Release is not signed`, {
      url: signed.href,
      hint: 'Use a mirror that holds InRelease, or try again later.',
    });
  }
  const text = peekSignedText(document.text);
  const fields = parseFields(text, signed.href);
  if (text === document.text) throw unusable(signed, 'it is not signed');
  const version = fields.get('Version');
  const suite = parseText(fields.get('Suite'), `${signed}: Suite`);
  const codename = parseText(fields.get('Codename'), `${signed}: Codename`);
  // The signature of another suite is valid too: only the signed text says which suite it belongs
  // to.
  if (name !== suite && name !== codename) {
    throw unusable(signed, `it belongs to ${codename} (${suite}), not to ${name}`);
  }
  return { signed, suite, codename, ...defined({ version }) };
}
