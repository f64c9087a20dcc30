import type { KeySource, Signature } from '../../src/kit.ts';

/** An OpenPGP signature that any of these keys may have made. */
export function openpgp(at: 'inline' | URL, keys: readonly KeySource[]): Signature {
  const signers = keys.map(({ fingerprint }) => fingerprint);
  return { form: 'openpgp', at, signers, keys: [...keys] };
}
