import { refuseSeed } from './seed-error.ts';

/** A part of a seed as bytes; text is UTF-8. */
export function toBytes(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
}

/** Text of a part. Throws `ERR_INVALID_REQUEST` for bytes that are no UTF-8 or hold zeros. */
export function toText(field: string, part: string | Uint8Array): string {
  if (typeof part === 'string') return part;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(part);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below, as for zeros.
  }
  throw refuseSeed(field, 'not UTF-8 text', 'Give a text in UTF-8.');
}

/** A script whose first line ends in a carriage return names an interpreter that does not exist. */
export function refuseCarriageReturns(field: string, script: string): void {
  if (!script.includes('\r\n')) return;
  throw refuseSeed(
    field,
    'the lines of a script end in CR LF',
    'Write its lines with LF alone, as dos2unix does.',
  );
}
