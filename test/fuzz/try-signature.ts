import { isDeepStrictEqual } from 'node:util';
import { isImageError } from '../../src/kit.ts';
import {
  isArmoredOrBinarySignature,
  isClearsigned,
  type OpenpgpVerdict,
  readKeys,
  verifyClearsigned,
  verifyDetached,
} from '../../verifiers/openpgp/index.ts';
import { now } from '../verifiers/openpgp/make/signature.ts';
import type { Random } from '../verifiers/openpgp/random.ts';
import { changeFile } from './signature-changes.ts';
import type { SignatureSeed } from './signature-seeds.ts';

type Outcome = (OpenpgpVerdict & { body: Uint8Array }) | string;

/** `harmless`: accepted, with the same meaning for the same bytes; else the reason of the error. */
export type Tried = 'harmless' | 'fewer signers' | (string & {});

/**
 * Changes one file of a seed and verifies. Throws if the change is accepted with another meaning, and for any other
 * error.
 */
export function trySignature(
  seeds: readonly SignatureSeed[],
  number: number,
  random: Random,
): Tried {
  const seed = seeds[number % seeds.length];
  const donor = seeds[random(seeds.length)];
  if (seed === undefined || donor === undefined) throw new Error('no signatures to change');
  const changed = changeSeed(seed, donor, random);
  isClearsigned(changed.document);
  isArmoredOrBinarySignature(changed.signature ?? changed.document);
  const after = verify(changed);
  if (typeof after === 'string') return after;
  return compare(verify(seed), after, seed, changed);
}

function changeSeed(seed: SignatureSeed, donor: SignatureSeed, random: Random): SignatureSeed {
  const { document, signature, keys } = seed;
  switch (random(signature === undefined ? 3 : 5)) {
    case 0:
      return { ...seed, keys: changeFile(keys, random, donor.keys) };
    case 1:
    case 2:
      return { ...seed, document: changeFile(document, random, donor.document) };
    default: {
      const file = signature ?? Buffer.alloc(0);
      return { ...seed, signature: changeFile(file, random, donor.signature ?? donor.document) };
    }
  }
}

function verify({ document, signature, keys, signers }: SignatureSeed): Outcome {
  const policy = { now, signers, name: 'it' };
  try {
    const known = readKeys(keys).keys;
    return signature === undefined
      ? verifyClearsigned(document, known, policy)
      : { ...verifyDetached(document, signature, known, policy), body: document };
  } catch (error) {
    if (!isImageError(error)) throw error;
    return String(Reflect.get(error.details, 'reason'));
  }
}

/** A change may remove signers, but never add one, nor change a signature's signer, time or bytes. */
function compare(
  before: Outcome,
  after: Exclude<Outcome, string>,
  seed: SignatureSeed,
  changed: SignatureSeed,
): Tried {
  if (!signsSame(after.body, seed)) throw new Error('another text is signed');
  if (typeof before === 'string') {
    // A revocation, an expiry or a limit of use that is removed from a file of keys is gone.
    if (seed.keys !== changed.keys) return 'keys that say less';
    // The signed document is now that of the donor.
    if (before === 'signature-bad') return 'mended';
    throw new Error(`accepted, and was ${before}`);
  }
  const known = before.signers.map(nameOf);
  const strange = after.signers.map(nameOf).filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`another signer: ${strange}`);
  const facts = ({ signedAt, hash, version }: OpenpgpVerdict): unknown => [signedAt, hash, version];
  if (!isDeepStrictEqual(facts(before), facts(after))) throw new Error('another time or hash');
  return new Set(after.signers.map(nameOf)).size < known.length ? 'fewer signers' : 'harmless';
}

function nameOf({ fingerprint, subkey }: OpenpgpVerdict['signer']): string {
  return `${fingerprint} ${subkey ?? ''}`;
}

/** Signatures of text do not cover the form of line ends. */
function signsSame(body: Uint8Array, { name, signs }: SignatureSeed): boolean {
  const text = Buffer.from(body).toString('latin1');
  const normal = name.endsWith(', text') ? text.replaceAll('\r\n', '\n') : text;
  return normal === signs.toString('latin1');
}
