import { nearestWord } from '../../kit/nearest-word.ts';
import { shownText } from '../../kit/public-url.ts';
import { invalidOption, invalidValue } from './refuse.ts';

/** `K=V` for each value of an option. The same name twice is `ERR_INVALID_REQUEST`. */
export function parsePairs(values: readonly string[], option: string): Record<string, string> {
  // A value may hold `=`, a name may not.
  return collect(values, option, /^([^=]+)=(.*)$/s, 'NAME=VALUE', `Write --${option} NAME=VALUE.`);
}

/** `FROM=TO` for each mirror. Both are addresses, and the first may hold `=` too. */
export function parseMirrors(values: readonly string[]): Record<string, string> {
  const hint =
    'Write FROM=TO, such as https://cloud-images.ubuntu.com/=https://mirror.example/ubuntu/.';
  const form = 'FROM=TO with two http or https addresses';
  return collect(values, 'mirror', /^(https?:\/\/.+?)=(https?:\/\/.+)$/is, form, hint);
}

function collect(
  values: readonly string[],
  option: string,
  pattern: RegExp,
  form: string,
  hint: string,
): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of values) {
    const [, name, value] = pattern.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      // The value is not repeated: an address may hold a password.
      throw invalidOption(option, `the value is not ${form}`, hint);
    }
    if (pairs.has(name)) {
      const twice = `${JSON.stringify(shownText(name))} was given twice`;
      throw invalidOption(option, twice, 'Give each name on the left side of = once.');
    }
    pairs.set(name, value);
  }
  return Object.fromEntries(pairs);
}

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
  throw invalidValue(
    option,
    text,
    'Write bytes, or a number and KiB, MiB, GiB or TiB: 512MiB, 1.5GiB.',
  );
}

/**
 * Format ids outermost first from `gz>raw`, or from the ending of a packed archive: `tar.gz` is short for `gz>tar`.
 * An id that is not `known` is `ERR_INVALID_REQUEST`.
 */
export function parseLayers(text: string, known: readonly string[]): string[] {
  const layers = text
    .split('>')
    .map((word) => word.trim().toLowerCase())
    .flatMap((word) => (word.startsWith('tar.') ? word.split('.').reverse() : [word]));
  for (const layer of layers) {
    if (known.includes(layer)) continue;
    const meant = nearestWord(layer, known);
    const ids = `ids are ${known.join(', ')}, outermost first and joined by ">"`;
    throw invalidOption(
      'from',
      `there is no format ${JSON.stringify(layer)}; ${ids}`,
      meant === undefined
        ? 'Write the layers like this: --from "gz>raw".'
        : `Did you mean ${meant}?`,
    );
  }
  return layers;
}
