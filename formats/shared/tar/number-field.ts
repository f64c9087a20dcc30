import { refuse } from '../../../src/kit.ts';

/**
 * A number in a tar header: octal digits between blanks, or base-256 if the first bit is set (GNU tar, "Extensions to
 * the standard format"). An empty field is 0. Above 2^53 the value is not exact, but still far above every limit.
 * Anything else, also a negative number, is `corrupt-header`.
 */
export function parseTarNumber(field: Uint8Array, what: string): number {
  const first = field[0] ?? 0;
  if (first >= 0x80) return parseBase256(field, first, what);
  const text = String.fromCharCode(...field);
  // Writers end a number with zero bytes, blanks or both; nothing may follow the end.
  const digits = /^ *([0-7]*)[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) throw badNumber(what, text);
  return digits === '' ? 0 : Number(BigInt(`0o${digits}`));
}

function parseBase256(field: Uint8Array, first: number, what: string): number {
  if ((first & 0x40) !== 0) throw badNumber(what, 'a negative number');
  let value = BigInt(first & 0x3f);
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  if (value >= 1n << 63n) throw badNumber(what, 'a number of more than 63 bits');
  return Number(value);
}

function badNumber(what: string, text: string): Error {
  return refuse('corrupt-header', `A tar header does not hold a number as ${what}`, {
    format: 'tar',
    value: text,
  });
}
