import type { EnsureOptions } from '../contracts/options.ts';
import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';

type Kind = 'text' | 'flag' | 'object' | 'function' | 'signal' | 'date' | 'keys' | 'any';

/** What each option is; `any` is checked where it is read. */
const kinds: Readonly<Record<keyof EnsureOptions, Kind>> = {
  mirrors: 'object',
  ca: 'any',
  limits: 'object',
  signal: 'signal',
  log: 'function',
  cacheDir: 'text',
  arch: 'text',
  variant: 'text',
  parameters: 'object',
  now: 'date',
  from: 'any',
  format: 'any',
  trust: 'any',
  digest: 'text',
  keys: 'keys',
  maxAge: 'any',
  allow: 'any',
  allowOlder: 'flag',
  offline: 'flag',
  refresh: 'flag',
  verify: 'flag',
  boot: 'flag',
  kernelFormat: 'any',
  keepSource: 'flag',
  decode: 'any',
  connections: 'any',
  onProgress: 'function',
};

const wanted: Readonly<Record<Kind, string>> = {
  text: 'a text',
  flag: 'true or false',
  object: 'an object',
  function: 'a function',
  signal: 'an AbortSignal',
  date: 'a valid Date',
  keys: 'a list of texts, or { add, replace } of such lists',
  any: '',
};

/** The types promise all of this; a caller in plain JavaScript does not. Throws `ERR_INVALID_REQUEST` naming the option. */
export function checkOptions(options: object): void {
  if (typeof options !== 'object' || options === null) throw refusal('options', 'an object');
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name as keyof EnsureOptions] : undefined;
    if (kind === undefined) refuseSlip(name);
    else if (!isOf(kind, value)) throw refusal(name, wanted[kind]);
  }
}

/** A reference as text; an address may be given as `URL`. */
export function readReference(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  if (reference instanceof URL) return reference.href;
  throw refusal('reference', 'a text such as ubuntu:24.04, or a URL');
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'function':
      return typeof value === 'function';
    case 'object':
      return isPlain(value);
    case 'signal':
      return typeof Object(value).aborted === 'boolean' && 'addEventListener' in Object(value);
    case 'date':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'keys':
      return isTexts(value) || (isPlain(value) && Object.values(value).every(isTextsOrAbsent));
    case 'any':
      return true;
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isTextsOrAbsent(value: unknown): boolean {
  return value === undefined || isTexts(value);
}

/** An option that is not known is passed over, unless it looks like one that is. */
function refuseSlip(name: string): void {
  const meant = nearestWord(name, Object.keys(kinds));
  if (meant === undefined) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `unknown option ${JSON.stringify(name)}`,
    hint: `Did you mean ${meant}?`,
    details: { field: name },
  });
}

function refusal(field: string, what: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${field} must be ${what}`,
    hint: 'Correct the option and call again.',
    details: { field },
  });
}
