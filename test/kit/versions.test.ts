import { describe, expect, test } from 'vitest';
import { compareVersions, newestVersion } from '../../src/kit.ts';

describe('compareVersions', () => {
  test.each([
    ['9.3', '10.4'],
    ['9', '10'],
    ['20240101', '20240101.1'],
    ['20240101.9', '20240101.10'],
    ['20240101.10', '20240102'],
    ['v20240101.56564', 'v20240101.604814'],
    ['56564', '604814'],
    ['Build18.7', 'Build18.72'],
    ['Build18.72', 'Build19.1'],
    ['39', '40 Beta'],
    ['40 Beta', '40'],
    ['40 Beta', '41'],
    ['v1.14.0-alpha.1', 'v1.14.0-alpha.2'],
    ['v1.14.0-alpha.2', 'v1.14.0-beta.1'],
    ['v1.14.0-beta.1', 'v1.14.0-rc.0'],
    ['v1.14.0-rc.0', 'v1.14.0'],
    ['v1.13.10', 'v1.14.0-alpha.0'],
    ['3.24.0_rc1', '3.24.0'],
    ['3.24.1-r0', '3.24.1-r2'],
    ['9.8', '9.8-20260525.0'],
    ['20260717-2542', '20260718-1'],
    ['99999999999999999998', '99999999999999999999'],
    ['', '0'],
  ])('%s < %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
  });

  test.each([
    ['9.8', '9.8'],
    ['24.04', '24.4'],
    ['', ''],
  ])('%s = %s', (left, right) => {
    expect(Math.abs(compareVersions(left, right))).toBe(0);
  });

  test('is a consistent order: every shuffle is sorted the same', () => {
    const sorted = ['1-rc.1', '1', '1-1', '1.0', '1.1', '1.9a', '1.10', '1.a', '2', 'a'];
    for (let turn = 0; turn < sorted.length; turn += 1) {
      const turned = [...sorted.slice(turn), ...sorted.slice(0, turn)];
      expect(turned.sort(compareVersions)).toEqual(sorted);
    }
  });
});

describe('newestVersion', () => {
  test('returns the greatest, in any order', () => {
    expect(newestVersion(['9.3', '10.4', '10.3'])).toBe('10.4');
    expect(newestVersion(new Set(['40', '40 Beta', '39']))).toBe('40');
    expect(newestVersion([])).toBeUndefined();
  });
});
