import { describe, expect, test } from 'vitest';
import { mixHere, mixStripes } from '../../../formats/lz4/mix-stripes.ts';
import { XxHash32, xxHash32 } from '../../../formats/lz4/xxhash32.ts';
import { diskLikeBytes } from '../shared/decoding.ts';

const content = diskLikeBytes(1000);

describe('XXH32', () => {
  const cases: [string, number][] = [
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ];
  test.each(cases)('of "%s"', (input, expected) => {
    expect(xxHash32(Buffer.from(input))).toBe(expected);
  });

  test('is the same for any division into pieces', () => {
    const whole = xxHash32(content);
    for (const step of [1, 3, 15, 16, 17, 33, 999]) {
      const hash = new XxHash32();
      for (let at = 0; at < 1000; at += step) {
        hash.update(content.subarray(at, Math.min(1000, at + step)));
      }
      expect(hash.digest()).toBe(whole);
    }
  });
});

test.each([65_536, 65_552, 131_072 + 48, 1_000_000])(
  'WebAssembly and JavaScript mix %d bytes with the same result',
  (length) => {
    const bytes = diskLikeBytes(length);
    const [fast, slow] = [Int32Array.of(1, -2, 3, -4), Int32Array.of(1, -2, 3, -4)];
    mixStripes(fast, bytes);
    mixHere(slow, bytes);
    expect(fast).toEqual(slow);
    expect(fast).not.toEqual(Int32Array.of(1, -2, 3, -4));
  },
);
