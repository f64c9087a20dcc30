import type { Limits } from '../contracts/limits.ts';

const units = ['TiB', 'GiB', 'MiB', 'KiB'] as const;

/**
 * What to do about a limit of the call, in the words of the command line and of the API. `needed` is what would do, where
 * it is known, and `most` the highest value that has an effect: above it the hint names another way.
 */
export function raiseLimit(
  name: keyof Limits,
  needed?: number,
  most: number = Number.POSITIVE_INFINITY,
): string {
  if (needed !== undefined && needed > most) {
    return 'If you trust this, unpack or convert it with another program and give the raw disk: no limit can be raised so far.';
  }
  return `If you trust this, raise the limit: --limit ${name}=${needed === undefined ? 'N' : formatNeeded(name, needed)} (limits.${name}).`;
}

/** Bytes in the largest unit that they fill, rounded up; other numbers as they are. */
function formatNeeded(name: keyof Limits, needed: number): string {
  if (!name.endsWith('Bytes')) return String(Math.ceil(needed));
  for (const [index, unit] of units.entries()) {
    const unitBytes = 1024 ** (units.length - index);
    if (needed >= unitBytes) return `${Math.ceil(needed / unitBytes)}${unit}`;
  }
  return String(Math.ceil(needed));
}
