import { expect, test } from 'vitest';
import { defaultLimits } from '../../../src/contracts/limits.ts';
import { defaultTuning } from '../../../src/http/retry.ts';
import { Pace } from '../../../src/http/wire/pace.ts';

/** A clock that moves only with `pass`. */
function clock(): { now: () => number; pass: (seconds: number) => void } {
  let ms = 0;
  return {
    now: () => ms,
    pass: (seconds) => {
      ms += seconds * 1000;
    },
  };
}

test('a byte every 20 seconds is too slow after a minute', () => {
  const { now, pass } = clock();
  const pace = new Pace(defaultTuning, now);
  const verdicts = [1, 2, 3].map(() => {
    pace.wait();
    pass(20);
    return pace.keepsUp(1);
  });
  expect(verdicts).toEqual([true, true, false]);
});

test('the default is 1024 bytes a second, and each minute counts separately', () => {
  expect(defaultLimits.leastBytesPerSecond).toBe(1024);
  const { now, pass } = clock();
  const pace = new Pace(defaultTuning, now);
  const minute = (bytes: number): boolean => {
    pace.wait();
    pass(60);
    return pace.keepsUp(bytes);
  };
  expect([minute(61_440), minute(61_439), minute(10_000_000), minute(0)]).toEqual([
    ...[true, false, true, false],
  ]);
});

test('a slow reader does not make a transfer slow', () => {
  const { now, pass } = clock();
  const pace = new Pace(defaultTuning, now);
  for (let read = 0; read < 100; read += 1) {
    pace.wait();
    pass(0.01);
    expect(pace.keepsUp(16_384)).toBe(true);
    pass(600);
  }
});
