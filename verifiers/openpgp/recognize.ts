import { isImageError } from '../../src/kit.ts';
import { limits } from './limits.ts';
import { packetTypes, readPackets } from './packets/framing.ts';

/** True for a document with the start of a clearsigned one. */
export function isClearsigned(bytes: Uint8Array): boolean {
  return startsWith(bytes, '-----BEGIN PGP SIGNED MESSAGE-----');
}

/** True for the armor of a signature, and for bytes that are only signature packets. */
export function isArmoredOrBinarySignature(bytes: Uint8Array): boolean {
  if (startsWith(bytes, '-----BEGIN PGP SIGNATURE-----')) return true;
  if (bytes.length === 0 || bytes.length > limits.signatureBytes) return false;
  try {
    return [...readPackets(bytes)].every(({ type }) => type === packetTypes.signature);
  } catch (error) {
    if (!isImageError(error)) throw error;
    return false;
  }
}

function startsWith(bytes: Uint8Array, marker: string): boolean {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  return new RegExp(`^${marker}[ \t\r]*(?:\n|$)`).test(head);
}
