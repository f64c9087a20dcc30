import { expect, test } from 'vitest';
import { Fraction } from '../../../src/line/progress/fraction.ts';

test('is unknown until the length of every file is known', () => {
  const whole = new Fraction();
  expect(whole.value).toBeUndefined();
  whole.expect([
    { role: 'kernel', totalBytes: undefined },
    { role: 'disk', totalBytes: 900 },
  ]);
  whole.begin('kernel');
  whole.fetch(50, undefined);
  expect(whole.value).toBeUndefined();
  whole.fetch(50, 100);
  expect(whole.value).toBeCloseTo(0.045);
});

test('a cached file of unknown length does not count', () => {
  const whole = new Fraction();
  whole.expect([
    { role: 'kernel', totalBytes: undefined },
    { role: 'disk', totalBytes: 100 },
  ]);
  whole.begin('kernel');
  whole.begin('disk');
  expect(whole.value).toBe(0);
  whole.fetch(50, 100);
  expect(whole.value).toBeCloseTo(0.45);
});

test('counts decoding together with the download, and stays below 1', () => {
  const whole = new Fraction();
  whole.expect([{ role: 'disk', totalBytes: 100 }]);
  whole.begin('disk');
  whole.fetch(100, 100);
  expect(whole.value).toBeCloseTo(0.9);
  whole.decode(500, 1000);
  expect(whole.value).toBeCloseTo(0.945);
  // More bytes than announced count as all of it.
  whole.decode(2000, 1000);
  whole.fetch(300, 100);
  expect(whole.value).toBeCloseTo(0.99);
});

test('never decreases, neither for a new attempt nor for a larger length', () => {
  const whole = new Fraction();
  whole.expect([{ role: 'disk', totalBytes: 100 }]);
  whole.begin('disk');
  whole.fetch(80, 100);
  const most = whole.value;
  whole.fetch(10, 100);
  expect(whole.value).toBe(most);
  whole.fetch(80, 1000);
  expect(whole.value).toBe(most);
  whole.fetch(900, 1000);
  expect(whole.value).toBeCloseTo(0.81);
});

test('is absent if no files are expected', () => {
  const whole = new Fraction();
  whole.begin('disk');
  whole.fetch(50, 100);
  expect(whole.value).toBeUndefined();
});
