import { expect } from 'vitest';

/** An OpenPGP signature of a proof by keys with these fingerprints. */
export function signedBy(at: 'inline' | string, ...fingerprints: string[]): object {
  return {
    form: 'openpgp',
    at: at === 'inline' ? at : new URL(at),
    signers: fingerprints,
    keys: fingerprints.map((fingerprint) => expect.objectContaining({ fingerprint })),
  };
}
