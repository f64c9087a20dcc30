import type { KeySource, Signature } from '../../src/kit.ts';

/** An OpenPGP signature that any of these keys may have made, or any subkey that is pinned by itself. */
export function openpgp(
  at: 'inline' | URL,
  keys: readonly (KeySource & { subkeys?: string[] })[],
): Signature {
  const signers = keys.flatMap(({ fingerprint, subkeys = [] }) => [fingerprint, ...subkeys]);
  return { form: 'openpgp', at, signers, keys: [...keys] };
}
