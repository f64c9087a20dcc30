import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';
import { type OptionKind, object, optionKinds } from './option-kinds.ts';

/**
 * The types guarantee all of this, but not for a caller in plain JavaScript. Throws `ERR_INVALID_REQUEST`, which
 * names the option, for an option of a wrong type, one that looks misspelt, or a missing required one.
 */
export function checkOptions<O extends object>(
  given: O,
  kinds: Readonly<Record<keyof NoInfer<O>, OptionKind>>,
  required: readonly (keyof NoInfer<O>)[] = [],
): void {
  checkObject('options', given);
  const known: Readonly<Record<string, OptionKind>> = kinds;
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) refuseSlip(name, Object.keys(known));
    else if (value !== undefined) checkKind(name, value, known[name]);
  }
  for (const name of required) checkKind(String(name), given[name], kinds[name]);
}

/** For options that are spread before a verb reads them: a number or a string would count as no options. */
export function checkObject(field: string, value: unknown): asserts value is object {
  checkKind(field, value, object);
}

/** A reference as text; the caller may give an address as `URL`. */
export function readReference(reference: unknown): string {
  if (reference instanceof URL) return reference.href;
  return readText('reference', reference, 'a text such as ubuntu:24.04, or a URL');
}

/** The path of a file; no system accepts one with a NUL character. */
export function readPath(field: string, path: unknown): string {
  const text = readText(field, path, 'the path of a file as text');
  if (text !== '' && !text.includes('\0')) return text;
  throw refusal(field, 'the path of a file as text');
}

/** An argument that must be text. */
export function readText(field: string, value: unknown, wanted = 'a text'): string {
  if (typeof value === 'string') return value;
  throw refusal(field, wanted, 'argument');
}

function checkKind(name: string, value: unknown, kind: OptionKind | undefined): void {
  if (kind !== undefined && !kind.is(value)) throw refusal(name, kind.wanted);
}

/**
 * Refuses an unknown option that resembles a known one and ignores others: one set of options may serve several
 * verbs.
 */
function refuseSlip(name: string, known: readonly string[]): void {
  // The members of a seed are not options of a call on images.
  const { createSeed: _, ...ofCalls } = optionKinds;
  if (Object.values(ofCalls).some((kinds) => Object.hasOwn(kinds, name))) return;
  const meant = nearestWord(name, known);
  if (meant === undefined) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `unknown option ${JSON.stringify(name)}`,
    hint: `Did you mean ${meant}?`,
    details: { field: name },
  });
}

function refusal(field: string, wanted: string, what = 'option'): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${field} must be ${wanted}`,
    hint: `Correct the ${what} and call again.`,
    details: { field },
  });
}
