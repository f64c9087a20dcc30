import { malformed } from './packets/field-reader.ts';

const beginMessage = Buffer.from('-----BEGIN PGP SIGNED MESSAGE-----');
const beginSignature = Buffer.from('-----BEGIN PGP SIGNATURE-----');
const hashHeader = /^Hash: [A-Za-z0-9-]+(?:, ?[A-Za-z0-9-]+)*$/;
const [tab, lf, cr, blank, dash] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

/** The parts of a clearsigned document. */
export interface Cleartext {
  /** The signed lines, without dash escapes and trailing blanks, each ended by LF. */
  body: Uint8Array;
  /** The armor after the lines. */
  armor: Uint8Array;
}

/**
 * Splits a document of the cleartext signature framework into its parts (RFC 9580, 7). No text may come before it,
 * `Hash` is the only allowed header, and each line of the body that starts with a dash must be escaped, so that no
 * reader can mistake another part for signed text.
 */
export function readCleartext(bytes: Uint8Array, name: string): Cleartext {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines = new Lines(document);
  if (!lines.is(beginMessage)) throw malformed(`${name}: not a clearsigned document`);
  lines.next();
  // The signature names its hash; the header is not covered by any signature (7.1).
  for (; !lines.isOver && lines.length > 0; lines.next()) {
    if (!hashHeader.test(document.toString('latin1', lines.start, lines.end))) {
      throw malformed(`${name}: a header other than Hash above the signed text`);
    }
  }
  lines.next();
  const body = Buffer.alloc(document.length);
  let length = 0;
  for (; !lines.is(beginSignature); lines.next()) {
    if (lines.isOver) throw malformed(`${name}: the signature behind the text is missing`);
    let from = lines.start;
    if (document[from] === dash) {
      // 7.2: dash and blank.
      if (document[from + 1] !== blank) throw malformed(`${name}: a dash that is not escaped`);
      from = Math.min(from + 2, lines.end);
    }
    length += document.copy(body, length, from, lines.end);
    body[length] = lf;
    length += 1;
  }
  // The signature is the same for one empty line and for none.
  if (length === 1) length = 0;
  return { body: body.subarray(0, length), armor: document.subarray(lines.start) };
}

/** Lines without their ends and trailing blanks; the last line may have no end. */
class Lines {
  readonly #document: Buffer;
  #next = 0;
  /** Start and end of the current line. */
  start = 0;
  end = 0;

  constructor(document: Buffer) {
    this.#document = document;
    this.next();
  }

  /** True after the last line. */
  get isOver(): boolean {
    return this.start >= this.#document.length;
  }

  get length(): number {
    return this.end - this.start;
  }

  is(line: Buffer): boolean {
    return (
      this.length === line.length && this.#document.subarray(this.start, this.end).equals(line)
    );
  }

  next(): void {
    const document = this.#document;
    this.start = this.#next;
    let end = this.start;
    while (end < document.length && document[end] !== lf) end += 1;
    this.#next = end + 1;
    // 7.2: blanks and tabs at the end of a line are not signed; the CR of its line ending is not signed either.
    while (end > this.start && isTrailing(document[end - 1])) end -= 1;
    this.end = end;
  }
}

function isTrailing(byte: number | undefined): boolean {
  return byte === blank || byte === tab || byte === cr;
}

/** Turns every line ending of a stream into CR LF, as signatures of text hash it (RFC 9580, 5.2.1.2). */
export class CrlfLines {
  #last = 0;

  convert(bytes: Uint8Array): Uint8Array {
    const converted = Buffer.allocUnsafe(bytes.length * 2);
    let length = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === lf && this.#last !== cr) {
        converted[length] = cr;
        length += 1;
      }
      converted[length] = byte;
      length += 1;
      this.#last = byte;
    }
    return converted.subarray(0, length);
  }
}
