import { expect, test } from 'vitest';
import { hasMagic, viewOf } from '../../src/kit.ts';

const bytes = Uint8Array.from([0x51, 0x46, 0x49, 0xfb, 0x00, 0x03]);

test.each([
  ['text at the start', 'QFI\u00fb', undefined, true],
  ['byte values', [0x51, 0x46], 0, true],
  ['at an offset', [0xfb, 0x00], 3, true],
  ['to the very end', [0x00, 0x03], 4, true],
  ['past the end', [0x03, 0x00], 5, false],
  ['another value', 'QFX', 0, false],
  ['offset past the end', 'Q', 99, false],
])('hasMagic: %s', (_title, magic, offset, expected) => {
  expect(hasMagic(bytes, magic, offset)).toBe(expected);
});

test('viewOf shares the bytes, also of a part of a buffer', () => {
  const part = bytes.subarray(4);
  expect(viewOf(part).byteLength).toBe(2);
  expect(viewOf(part).getUint16(0)).toBe(3);
  viewOf(part).setUint8(1, 7);
  expect(bytes[5]).toBe(7);
  bytes[5] = 3;
});
