import type { KeyPacket } from '../packets/key-packet.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';
import { mayBeBy } from './public-key.ts';
import { holds, isCheckable } from './self-signature.ts';

/**
 * Whether a revocation (RFC 9580, 5.2.1.11 and 5.2.1.12) in `signatures` is valid, for any reason and date: a revoked
 * key proves nothing. A revocation also counts if it cannot be checked: it uses an unsupported hash, or is by a revoker
 * that the key names (RFC 4880, 5.2.3.15) and whose key was not given. To miss a good revocation would be worse than to
 * accept a false one.
 */
export function isRevoked(
  signatures: readonly SignaturePacket[],
  type: number,
  primary: KeyPacket,
  parts: Uint8Array[],
  revokers: readonly string[] = [],
): boolean {
  return signatures
    .filter((signature) => signature.type === type)
    .some((signature) => {
      if (revokers.some((fingerprint) => names(signature, fingerprint))) return true;
      if (!mayBeBy(signature, primary)) return false;
      return !isCheckable(signature) || holds(signature, primary, parts);
    });
}

function names({ issuer }: SignaturePacket, fingerprint: string): boolean {
  return issuer.fingerprint === fingerprint || issuer.keyId === fingerprint.slice(-16);
}
