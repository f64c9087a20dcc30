import type { KeyPacket } from '../packets/key-packet.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';

/** The statements of a self-signature about a key's use. */
export interface Statement {
  /** Seconds since 1970: signatures from then on are not good. `Infinity`: never. */
  until: number;
  /** The key may sign documents; `undefined` if the signature does not state it. */
  signs: boolean | undefined;
  /** Type of a critical subpacket that is not supported, so that the other statements cannot be trusted. */
  unknownCritical: number | undefined;
}

/** Key flag "may be used to sign data" (RFC 9580, 5.2.3.29). */
const signFlag = 0x02;

/** Reads the statement of a good signature over `key`. */
function readStatement(signature: SignaturePacket, key: KeyPacket): Statement {
  const flags = signature.keyFlags;
  return {
    until: Math.min(
      end(key.created, signature.keyExpiresAfter),
      end(signature.created, signature.expiresAfter),
    ),
    signs: flags && ((flags[0] ?? 0) & signFlag) !== 0,
    unknownCritical: signature.unknownCritical,
  };
}

/**
 * The newest of several good signatures is valid (RFC 9580, 5.2.3.10): owners extend a key with a new signature. Of two
 * from the same second, the one with the earlier expiry.
 */
export function newestStatement(
  signatures: readonly SignaturePacket[],
  key: KeyPacket,
): Statement | undefined {
  const newest = signatures.reduce((time, { created }) => Math.max(time, created), 0);
  return signatures
    .filter(({ created }) => created === newest)
    .map((signature) => readStatement(signature, key))
    .sort((a, b) => a.until - b.until)[0];
}

/** RFC 9580, 5.2.3.13 and 5.2.3.18: absent or 0 means no expiry. */
function end(from: number, seconds: number | undefined): number {
  return seconds === undefined || seconds === 0 ? Number.POSITIVE_INFINITY : from + seconds;
}
