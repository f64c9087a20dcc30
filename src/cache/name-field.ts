/**
 * One field of a cache name: lower-case letters, digits, `.` and `-` stand for themselves, every other UTF-8 byte is
 * `+hh`. A leading dot is escaped, so that no name is hidden. `undefined` for text that is not well-formed Unicode.
 */
export function encodeField(text: string): string | undefined {
  if (!text.isWellFormed()) return undefined;
  let field = '';
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    const plain = /[a-z0-9.-]/.test(character) && !(character === '.' && field === '');
    field += plain ? character : `+${byte.toString(16).padStart(2, '0')}`;
  }
  return field;
}

/**
 * Undoes `encodeField`; `undefined` for a broken escape. Spellings that the encoder never writes (`+61` for `a`) are
 * decoded too: who reads a name encodes it again and compares.
 */
export function decodeField(field: string): string | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < field.length; i += 1) {
    if (field[i] !== '+') {
      bytes.push(field.charCodeAt(i));
      continue;
    }
    const hex = field.slice(i + 1, i + 3);
    if (!/^[0-9a-f]{2}$/.test(hex)) return undefined;
    bytes.push(Number.parseInt(hex, 16));
    i += 2;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
