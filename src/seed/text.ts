import { refuseSeed } from './seed-error.ts';

/** A part of a seed as bytes; text is UTF-8. */
export function toBytes(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
}

/**
 * The text of a part. Throws `ERR_INVALID_REQUEST` if it is not UTF-8, contains zeros or begins with a byte order
 * mark.
 */
export function toText(field: string, part: string | Uint8Array): string {
  const text = typeof part === 'string' ? part : decode(part);
  if (text === undefined || text.includes('\0')) {
    throw refuseSeed(field, 'not UTF-8 text', 'Give a text in UTF-8.');
  }
  // Guests compare the first bytes, so none of them would recognise this text.
  if (text.startsWith('\uFEFF')) {
    throw refuseSeed(
      field,
      'the text begins with a byte order mark',
      'Save it as UTF-8 without a byte order mark.',
    );
  }
  return text;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Refuses a script whose first line ends with a carriage return: the interpreter of that name does not exist. */
export function refuseCarriageReturns(field: string, script: string): void {
  if (!script.includes('\r\n')) return;
  throw refuseSeed(
    field,
    'the lines of the script end with CR LF',
    'Convert the line ends to LF, for example with dos2unix.',
  );
}
