import { UsageError } from '../errors.ts';

const dayMs = 86_400_000;
const units: Record<string, number> = { d: dayMs, h: dayMs / 24, m: dayMs / 1440, s: 1000 };

/** Converts an age such as `90d` to milliseconds. Throws `ERR_INVALID_REQUEST`, which names the option. */
export function readAge(age: number | string, field: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([dhms])$/.exec(String(age)) ?? [];
  const value = typeof age === 'number' ? age : Number(count) * (units[unit] ?? Number.NaN);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${field} must be a positive number of milliseconds, or a text like 90d or 12h`,
    hint: 'Write it with its unit: 90d, 12h, 30m or 45s.',
    details: { field },
  });
}
