import type { Signature } from '../../src/kit.ts';
import { debianArchiveKeys, everyDebianKey } from '../keys/debian.ts';
import { openpgp } from './openpgp.ts';

/** The signature around `InRelease` of a code name; one that is not known yet may be signed by any key of the archive. */
export function debianArchiveSignature(codename: string): Signature {
  const known = debianArchiveKeys(codename);
  return openpgp('inline', known.length > 0 ? known : everyDebianKey);
}
