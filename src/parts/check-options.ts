import { UsageError } from '../errors.ts';
import { nearestWord } from '../kit/nearest-word.ts';
import { type OptionKind, object, optionKinds } from './option-kinds.ts';

/**
 * The types promise all of this; a caller in plain JavaScript does not. Throws `ERR_INVALID_REQUEST` naming the option
 * that is of another kind, that looks like a misspelt one, or that is required and missing.
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

/** Options that are spread before a verb reads them: a number or a text would count as no option at all. */
export function checkObject(field: string, value: unknown): asserts value is object {
  checkKind(field, value, object);
}

/** A reference as text; an address may be given as `URL`. */
export function readReference(reference: unknown): string {
  if (reference instanceof URL) return reference.href;
  return readText('reference', reference, 'a text such as ubuntu:24.04, or a URL');
}

/** The path of a file, which no system takes with a NUL. */
export function readPath(field: string, path: unknown): string {
  const text = readText(field, path, 'the path of a file as text');
  if (text !== '' && !text.includes('\0')) return text;
  throw refusal(field, 'the path of a file as text');
}

/** An argument that is text. */
export function readText(field: string, value: unknown, wanted = 'a text'): string {
  if (typeof value === 'string') return value;
  throw refusal(field, wanted, 'argument');
}

function checkKind(name: string, value: unknown, kind: OptionKind | undefined): void {
  if (kind !== undefined && !kind.is(value)) throw refusal(name, kind.wanted);
}

/**
 * An option that is not known is passed over, unless it looks like one that is: one set of options may serve several
 * verbs.
 */
function refuseSlip(name: string, known: readonly string[]): void {
  // What a seed is made of is no option of a call on images.
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
