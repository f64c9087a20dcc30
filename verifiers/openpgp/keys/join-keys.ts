import { limits } from '../limits.ts';

/**
 * Joins two files of keys without losing content of either: a later copy may lack a revocation or a subkey of the
 * earlier one. A later copy that is a part of the earlier one adds nothing; `undefined` if both are too long to be read
 * together.
 */
export function joinKeys(earlier: Uint8Array, later: Uint8Array): Uint8Array | undefined {
  const first = toArmor(earlier);
  const second = toArmor(later);
  if (first.includes(second)) return earlier;
  if (second.includes(first)) return later;
  const both = Buffer.concat([first, Buffer.from('\n'), second]);
  return both.length > limits.keyBytes ? undefined : both;
}

/** Packets in armor, of which several may follow each other; text is returned unchanged. */
function toArmor(file: Uint8Array): Buffer {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (((bytes[0] ?? 0) & 0x80) === 0) return bytes;
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  const kind = 'PGP PUBLIC KEY BLOCK';
  return Buffer.from(`-----BEGIN ${kind}-----\n\n${lines.join('\n')}\n-----END ${kind}-----\n`);
}
