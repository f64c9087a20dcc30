import { expect, test } from 'vitest';
import { firstNonZero, isZeros } from '../../src/kit.ts';

const lengths = [1, 4096, 64 * 1024, 64 * 1024 + 1, 200_000];

test.each(lengths)('a non-zero byte at any place in %i bytes is found', (length) => {
  const bytes = new Uint8Array(length);
  expect(isZeros(bytes)).toBe(true);
  for (const at of new Set([0, length >> 1, Math.min(length, 64 * 1024) - 1, length - 1])) {
    bytes[at] = 1;
    expect(firstNonZero(bytes)).toBe(at);
    expect(firstNonZero(Buffer.from(bytes))).toBe(at);
    expect(isZeros(bytes)).toBe(false);
    bytes[at] = 0;
  }
});

test('only the given range counts', () => {
  const bytes = Uint8Array.of(7, 0, 0, 7, 0);
  expect(isZeros(bytes, 1, 3)).toBe(true);
  expect(isZeros(bytes, 1, 4)).toBe(false);
  expect(firstNonZero(bytes, 1)).toBe(3);
  expect(isZeros(bytes, 4, 100)).toBe(true);
  expect(isZeros(bytes, 2, 2)).toBe(true);
  expect(isZeros(new Uint8Array())).toBe(true);
});
