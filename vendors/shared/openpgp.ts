import type { KeySource, Signature } from '../../src/kit.ts';

/** An OpenPGP signature by one of these keys, or by a subkey that is pinned directly. */
export function openpgp(
  at: 'inline' | URL,
  keys: readonly (KeySource & { subkeys?: string[] })[],
): Signature {
  const signers = keys.flatMap(({ fingerprint, subkeys = [] }) => [fingerprint, ...subkeys]);
  return { form: 'openpgp', at, signers, keys: [...keys] };
}
