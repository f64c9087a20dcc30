import type { KeyPacket } from '../packets/key-packet.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';

/** What a signature over a key says of its use. */
export interface Statement {
  /** Seconds since 1970: from then on the key makes no good signatures. `Infinity`: never. */
  until: number;
  /** May sign documents; `undefined` if it does not say. */
  signs: boolean | undefined;
  /** Type of a critical subpacket that is not understood, so that the rest cannot be relied on. */
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
 * The newest of several good signatures speaks (RFC 9580, 5.2.3.10): owners move the end of a key by signing it anew. Of two
 * of one second, the one that ends the key earlier.
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

/** RFC 9580, 5.2.3.13 and 5.2.3.18: absent or 0 is no end. */
function end(from: number, seconds: number | undefined): number {
  return seconds === undefined || seconds === 0 ? Number.POSITIVE_INFINITY : from + seconds;
}
