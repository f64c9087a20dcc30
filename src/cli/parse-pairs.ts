import { invalidOption } from './invalid-option.ts';

/** `K=V` for each value of an option. The same name twice is `ERR_INVALID_REQUEST`. */
export function parsePairs(values: readonly string[], option: string): Record<string, string> {
  // A value may hold `=`, a name may not.
  return collect(values, option, /^([^=]+)=(.*)$/s, 'Write NAME=VALUE.');
}

/** `FROM=TO` for each mirror. Both are addresses, and the first may hold `=` too. */
export function parseMirrors(values: readonly string[]): Record<string, string> {
  const hint =
    'Write FROM=TO, such as https://cloud-images.ubuntu.com/=https://mirror.example/ubuntu/.';
  return collect(values, 'mirror', /^(https?:\/\/.+?)=(https?:\/\/.+)$/is, hint);
}

function collect(
  values: readonly string[],
  option: string,
  pattern: RegExp,
  hint: string,
): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of values) {
    const [, name, value] = pattern.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      // What cannot be read is not repeated: an address may hold a password.
      throw invalidOption(option, 'cannot be read as a pair', hint);
    }
    if (pairs.has(name)) throw invalidOption(option, 'the left side of = was given twice', hint);
    pairs.set(name, value);
  }
  return Object.fromEntries(pairs);
}
