import { expect, test } from 'vitest';
import { crc32c } from '../../../formats/shared/crc32c.ts';

// The examples of RFC 3720, appendix B.4, and the check value of the catalogue of CRC algorithms.
test.each([
  ['nothing', new Uint8Array(), 0],
  ['nine digits', Buffer.from('123456789'), 0xe306_9283],
  ['32 bytes of zeros', new Uint8Array(32), 0x8a91_36aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8_ab43],
  ['32 bytes rising', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
  ['32 bytes falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113f_db5c],
])('%s', (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

test('continues a checksum', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 31) & 0xff);
  expect(crc32c(bytes.subarray(333), crc32c(bytes.subarray(0, 333)))).toBe(crc32c(bytes));
});
