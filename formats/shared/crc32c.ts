/** Castagnoli's polynomial, bits reversed. */
const polynomial = 0x82f6_3b78;

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ ((value & 1) * polynomial);
  return value;
});

/** CRC-32C (RFC 3720, appendix B.4) as an unsigned number; `previous` is the value of the bytes before these. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  // One byte at a time takes 0.15 s for 64 MiB; eight bytes at a time save less than half of it.
  for (let i = 0; i < bytes.length; i += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}
