import { TransferError } from '../errors.ts';

/**
 * Readers for outside data. Each takes an `unknown` and its place (`index.products["x"].arch`), and throws
 * `ERR_METADATA`, which names that place, if the value is not of the required type.
 */
export function parseRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // Without a prototype, so that a lookup of a caller's word such as `constructor` finds nothing.
    return Object.assign(Object.create(null), value);
  }
  throw unexpected(where, 'an object', value);
}

/** An array. */
export function parseList(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw unexpected(where, 'a list', value);
}

/** A string. */
export function parseText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw unexpected(where, 'a string', value);
}

/** A finite number; a string of digits is accepted too, because some indexes write sizes that way. */
export function parseNumber(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  throw unexpected(where, 'a number', value);
}

/** Applies a reader unless the value is absent (`undefined` or `null`). */
export function parseOptional<T>(
  value: unknown,
  where: string,
  parse: (value: unknown, where: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : parse(value, where);
}

/** The value of a JSON text. Throws `ERR_METADATA` with this message if it is not JSON. */
export function parseJsonText(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TransferError({
      code: 'ERR_METADATA',
      message,
      hint: 'Report this: the upstream document has a new form, or another page stands in its place.',
      details: {},
      cause,
    });
  }
}

function unexpected(where: string, wanted: string, value: unknown): TransferError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${where} should be ${wanted}, found ${found}`,
    hint: 'Try later, and report it if it happens again: the upstream document has a new form, or another page stands in its place.',
    details: { field: where },
  });
}
