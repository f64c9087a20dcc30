import { type IntegrityError, refuseSignature } from '../../src/kit.ts';
import type { Ed25519Key } from './ed25519-keys.ts';
import type { SignerPolicy } from './verdict.ts';

/**
 * The allowed keys with that number; without one, `ERR_UNKNOWN_SIGNER`. Key numbers are not hashes: several keys may
 * have the same one.
 */
export function pickSigners(
  keys: readonly Ed25519Key[],
  id: string,
  { signers, name }: SignerPolicy,
): Ed25519Key[] {
  const known = keys.filter((key) => key.id === id);
  if (known.length > 0 && (signers === undefined || signers.includes(id))) return known;
  throw refuseSignature(
    'signer-unknown',
    `${name} is signed by the key ${id}, which is not pinned`,
    {
      signers: [id],
      known: [...(signers ?? keys.map((key) => key.id))],
      hint: 'Check whether the vendor has announced a new key, and give it: --key FILE, or the option keys.',
    },
  );
}

/** The error for a signature that does not match the document. */
export function signatureBad(id: string, { name }: SignerPolicy): IntegrityError {
  return refuseSignature('signature-bad', `the signature by the key ${id} is not for ${name}`, {
    signers: [id],
  });
}
