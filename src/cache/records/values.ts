import { parseList, parseRecord, parseText } from '../../kit/records.ts';

/**
 * Readers for single values of a record. Each throws an `Error` that names the place; the reader of the record
 * converts it to a typed error.
 */
export function readList<T>(
  value: unknown,
  where: string,
  read: (item: unknown, where: string) => T,
): T[] {
  return parseList(value, where).map((item, index) => read(item, `${where}[${index}]`));
}

export function readTexts(value: unknown, where: string): Record<string, string> {
  const pairs = Object.entries(parseRecord(value, where));
  return Object.fromEntries(pairs.map(([key, item]) => [key, parseText(item, `${where}.${key}`)]));
}

export function readHex(value: unknown, where: string, digits: number): string {
  if (typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value))
    return value;
  throw new Error(`${where} should be ${digits} lower-case hex digits`);
}

/** A non-negative integer number of bytes. */
export function readCount(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${where} should be a whole number, not negative`);
}

export function readFlag(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`${where} should be true or false`);
}

/** ISO 8601 in UTC, as `Date` writes it. */
export function readTime(value: unknown, where: string): string {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString() === value) {
    return value;
  }
  throw new Error(`${where} should be a time in ISO 8601, UTC`);
}

export function readWord<W extends string>(value: unknown, where: string, words: readonly W[]): W {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new Error(`${where} should be one of ${words.join(', ')}`);
}
