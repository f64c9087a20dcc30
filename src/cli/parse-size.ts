import { invalidOption } from './invalid-option.ts';

const powers = new Map([
  ['', 0],
  ['b', 0],
  ['kib', 1],
  ['mib', 2],
  ['gib', 3],
  ['tib', 4],
]);

/** Bytes from `1048576`, `512KiB`, `1.5 GiB`; inverse of `formatBytes`. Throws `ERR_INVALID_REQUEST` naming the option. */
export function parseSize(text: string, option: string): number {
  const match = /^(\d{1,16}(?:\.\d{1,6})?)\s?([a-z]*)$/i.exec(text.trim());
  const power = powers.get(match?.[2]?.toLowerCase() ?? '?');
  const fraction = match?.[1]?.includes('.') === true;
  const bytes = Math.round(Number(match?.[1]) * 1024 ** (power ?? 0));
  const whole = !(fraction && power === 0);
  if (power !== undefined && whole && Number.isSafeInteger(bytes)) return bytes;
  throw invalidOption(
    option,
    `cannot read ${JSON.stringify(text)} as a size`,
    'Write bytes, or a number and KiB, MiB, GiB or TiB: 512MiB, 1.5GiB.',
  );
}
