import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc } from '../../../formats/tar/combine-crc.ts';

test('the combined CRC equals that of both runs together', () => {
  const bytes = fc.uint8Array({ maxLength: 2000 });
  const property = fc.property(bytes, bytes, (first, second) => {
    const combined = combineCrc(crc32(first), crc32(second), second.length);
    expect(combined).toBe(crc32(second, crc32(first)));
  });
  fc.assert(property, { numRuns: 300, seed: 16 });
});
