import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSize } from '../../../src/cli/args/values.ts';
import {
  formatAge,
  formatBytes,
  formatClock,
  formatExactBytes,
} from '../../../src/cli/print/format.ts';

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1048575, '1 MiB'],
    [645262848, '615.4 MiB'],
    [2 * 1024 ** 4, '2 TiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ])('%i bytes are shown as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    ['0', 0],
    ['1048576', 1048576],
    ['10 B', 10],
    ['512KiB', 512 * 1024],
    ['64 MiB', 64 * 1024 ** 2],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['2tib', 2 * 1024 ** 4],
    [' 2TiB ', 2 * 1024 ** 4],
  ])('%j is read as %i bytes', (text, bytes) => {
    expect(parseSize(text, 'max-size')).toBe(bytes);
  });

  test.each([
    '',
    'GiB',
    '10GB',
    '10G',
    '1e9',
    '-1',
    '0x10',
    '1.5',
    '1,5GiB',
    '99999999TiB',
    '1 2MiB',
    'KiB5',
  ])('%j is no size', (text) => {
    expect(() => parseSize(text, 'max-size')).toThrow(/^invalid value .* for --max-size$/);
  });

  test('what is shown reads back as the same size, up to the one decimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (bytes) => {
        const again = parseSize(formatBytes(bytes), 'max-size');
        expect(Math.abs(again - bytes)).toBeLessThanOrEqual(bytes * 0.051);
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1023 }),
        fc.integer({ min: 0, max: 4 }),
        (count, power) => {
          const bytes = count * 1024 ** power;
          expect(parseSize(formatBytes(bytes), 'max-size')).toBe(bytes);
        },
      ),
    );
  });

  test('an exact count stands beside the rounded one', () => {
    expect(formatExactBytes(645262848)).toBe('615.4 MiB (645262848 bytes)');
    expect(formatExactBytes(512)).toBe('512 bytes');
  });
});

describe('times', () => {
  test.each([
    [0, '0:00'],
    [6.2, '0:07'],
    [725, '12:05'],
    [3600, '1:00:00'],
    [36061, '10:01:01'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatClock(seconds)).toBe(text);
  });

  test.each([
    [-5, 'just now'],
    [59_000, 'just now'],
    [60_000, '1 minute'],
    [7_200_000, '2 hours'],
    [86_400_000, '1 day'],
    [800 * 86_400_000, '2 years'],
  ])('%d ms ago is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});
