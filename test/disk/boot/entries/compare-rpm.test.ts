import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRpm, compareRpmNames } from '../../../../src/disk/boot/entries/compare-rpm.ts';

const rising: [string, string][] = [
  ['1.0', '2.0'],
  ['2.0', '2.0.1'],
  ['1.9', '1.10'],
  ['9', '10'],
  ['1.0a', '1.0b'],
  ['1.0.a', '1.0.1'],
  ['5.14.0-70.13.1.el9_0', '5.14.0-570.12.1.el9_6'],
  ['1.0~rc1', '1.0'],
  ['1.0~rc1', '1.0~rc2'],
  ['1.0~~', '1.0~'],
  ['xz', 'xz1'],
  ['B', 'a'],
  ['99999999999999999999', '100000000000000000000'],
];

describe('versions in the order of RPM', () => {
  test.for(rising)('%s is below %s', ([low, high]) => {
    expect(compareRpm(low, high)).toBeLessThan(0);
    expect(compareRpm(high, low)).toBeGreaterThan(0);
  });

  test.for([
    ['1.01', '1.1'],
    ['1.', '1'],
    ['2_0', '2.0'],
    ['1ä2', '1.2'],
  ] as const)('%s and %s are equal', ([one, other]) => {
    expect(compareRpm(one, other)).toBe(0);
  });

  const version = fc.string({ unit: fc.constantFrom(...'0129abzAB~..--_'), maxLength: 12 });

  test('any three versions have a consistent order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareRpm(a, b))).toBe(0 - Math.sign(compareRpm(b, a)));
        const [low = '', middle = '', high = ''] = [a, b, c].sort(compareRpm);
        expect(compareRpm(low, middle)).toBeLessThanOrEqual(0);
        expect(compareRpm(middle, high)).toBeLessThanOrEqual(0);
        expect(compareRpm(low, high)).toBeLessThanOrEqual(0);
        if (compareRpm(low, high) === 0) expect(compareRpm(low, middle)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test('a suffix makes a version higher, a tilde lower', () => {
    fc.assert(
      fc.property(version, fc.nat(), (base, number) => {
        expect(compareRpm(`${base}.${number}`, base)).toBeGreaterThan(0);
        expect(compareRpm(`${base}~${number}`, base)).toBeLessThan(0);
      }),
    );
  });

  test('digits are compared as numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), fc.nat(3), (a, b, zeros) => {
        const order = compareRpm(`1.${'0'.repeat(zeros)}${a}`, `1.${b}`);
        expect(Math.sign(order)).toBe(a === b ? 0 : a < b ? -1 : 1);
      }),
    );
  });
});

describe('names of boot entries in the order of GRUB', () => {
  test.for([
    ['id-0-rescue', 'id-4.18.0-80.el8.x86_64'],
    ['id-4.18.0-80.el8.x86_64', 'id-4.18.0-553.el8.x86_64'],
    ['id-6.19.9-300.fc44', 'id-6.19.11-300.fc44'],
    ['id-6.1-2', 'id-6.1.1-1'],
    ['ostree-1', 'ostree-2'],
    ['a-9-9', 'b-1-1'],
    ['a', 'a-1'],
  ] as const)('%s is below %s', ([low, high]) => {
    expect(compareRpmNames(low, high)).toBeLessThan(0);
    expect(compareRpmNames(high, low)).toBeGreaterThan(0);
  });

  test('only the last two dashes separate fields', () => {
    expect(compareRpmNames('a-b-1.2-3', 'a_b-1.2-3')).toBe(0);
    expect(compareRpmNames('a-1-2-3', 'a-1-10-1')).toBeLessThan(0);
  });
});
