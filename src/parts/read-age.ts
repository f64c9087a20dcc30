import { UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { shownText } from '../kit/public-url.ts';

const dayMs = 86_400_000;
const units: Record<string, number> = { d: dayMs, h: dayMs / 24, m: dayMs / 1440, s: 1000 };

/** Converts an age such as `90d` to milliseconds. Throws `ERR_INVALID_REQUEST`, which names the option. */
export function readAge(age: number | string, field: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([dhms])$/.exec(String(age)) ?? [];
  const value = typeof age === 'number' ? age : Number(count) * (units[unit] ?? Number.NaN);
  if (Number.isFinite(value) && value > 0) return value;
  const option = `${field} (--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)})`;
  const isText = typeof age === 'string';
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: isText
      ? `invalid value ${JSON.stringify(shownText(age))} for ${option}`
      : `${field} must be a number of milliseconds above 0, not ${age}`,
    hint: 'Write a number above 0 and its unit: 90d, 12h, 30m or 45s.',
    details: { field, ...defined({ value: isText ? shownText(age) : undefined }) },
  });
}

/** The same age in words, in the largest unit that divides it: `90 days`, `36 hours`. */
export function sayAge(ms: number): string {
  const units = [
    ['day', dayMs],
    ['hour', dayMs / 24],
    ['minute', dayMs / 1440],
  ] as const;
  const [unit, length] = units.find(([, one]) => ms % one === 0) ?? ['second', 1000];
  const count = ms / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
