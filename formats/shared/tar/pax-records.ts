import { refuse } from '../../../src/kit.ts';

/** The records of a pax extended header (POSIX.1-2001, pax, "Extended Header") that change a member's name or bytes. */
export interface PaxRecords {
  path?: string;
  /** Length of the data after the member's header; replaces the field in the header. */
  sizeBytes?: number;
  /** star's length of a sparse member. */
  realSize?: number;
  /** GNU's records of a sparse member, without the prefix `GNU.sparse.`, in order; a key may occur several times. */
  sparse: (readonly [key: string, value: string])[];
}

const maxDigits = 20;
const sparsePrefix = 'GNU.sparse.';

/** Every record is `length key=value\n`; the length includes itself. Anything else is `corrupt-header`. */
export function parsePaxRecords(body: Uint8Array): PaxRecords {
  const records: PaxRecords = { sparse: [] };
  const seen = new Set<string>();
  for (let at = 0; at < body.length; ) {
    const { key, value, length } = readRecord(body.subarray(at));
    at += length;
    if (key.startsWith(sparsePrefix)) {
      records.sparse.push([key.slice(sparsePrefix.length), text(value, key)]);
    }
    if (!['path', 'size', 'SCHILY.realsize'].includes(key)) continue;
    if (seen.has(key)) throw badRecord(`gives ${key} twice`);
    seen.add(key);
    // An empty value cancels a record.
    if (value.length === 0) continue;
    if (key === 'path') records.path = text(value, key);
    if (key === 'size') records.sizeBytes = parsePaxNumber(text(value, key), key);
    if (key === 'SCHILY.realsize') records.realSize = parsePaxNumber(text(value, key), key);
  }
  return records;
}

/**
 * Decimal digits, which some writers pad with zeros; above 2^53 the value is not exact, but still far above every
 * limit.
 */
export function parsePaxNumber(value: string, key: string): number {
  const digits = /^0*(\d{1,20})$/.exec(value)?.[1];
  if (digits === undefined) throw badRecord(`does not hold a number as ${key}`);
  return Number(BigInt(digits));
}

function readRecord(body: Uint8Array): { key: string; value: Uint8Array; length: number } {
  const blank = body.subarray(0, maxDigits + 1).indexOf(0x20);
  const digits = String.fromCharCode(...body.subarray(0, Math.max(0, blank)));
  const length = /^\d+$/.test(digits) ? Number(digits) : 0;
  if (length <= blank + 1 || length > body.length)
    throw badRecord('has a record of a wrong length');
  if (body[length - 1] !== 0x0a) throw badRecord('has a record without an end');
  const record = body.subarray(blank + 1, length - 1);
  const equals = record.indexOf(0x3d);
  if (equals < 1) throw badRecord('has a record without a key');
  const key = new TextDecoder().decode(record.subarray(0, equals));
  return { key, value: record.subarray(equals + 1), length };
}

function text(value: Uint8Array, key: string): string {
  if (value.includes(0)) throw badRecord(`holds a zero byte in ${key}`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
}

function badRecord(what: string): Error {
  return refuse('corrupt-header', `A pax header of the tar archive ${what}`, { format: 'tar' });
}
