import { malformed } from './malformed.ts';

const beginMessage = '-----BEGIN PGP SIGNED MESSAGE-----';
const beginSignature = '-----BEGIN PGP SIGNATURE-----';
const hashHeader = /^Hash: [A-Za-z0-9-]+(?:, ?[A-Za-z0-9-]+)*$/;
const dash = 0x2d;
const lf = 0x0a;

/** A clearsigned document taken apart. */
export interface Cleartext {
  /** The signed lines, without dash escapes and trailing blanks, each ended by LF. */
  body: Uint8Array;
  /** The armor behind them. */
  armor: Uint8Array;
}

/**
 * Takes a document of the cleartext signature framework apart (RFC 9580, 7). Nothing may stand before it, no header but `Hash`,
 * and each line of the body that starts with a dash must be escaped, so that no reader can take another part for signed.
 */
export function readCleartext(bytes: Uint8Array, name: string): Cleartext {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines = new Lines(document);
  while (lines.peek() === '') lines.next();
  if (lines.peek() !== beginMessage) throw malformed(`${name}: not a clearsigned document`);
  lines.next();
  // What hash it was made with is in the signature; the header is covered by nothing (7.1).
  for (; lines.peek() !== ''; lines.next()) {
    if (!hashHeader.test(lines.peek() ?? '')) {
      throw malformed(`${name}: a header other than Hash above the signed text`);
    }
  }
  lines.next();
  const body = Buffer.alloc(document.length);
  let length = 0;
  for (; lines.peek() !== beginSignature; lines.next()) {
    const line = lines.bytes();
    if (line === undefined) throw malformed(`${name}: the signature behind the text is missing`);
    const isEscaped = line[0] === dash;
    // 7.2: dash and blank.
    if (isEscaped && line[1] !== 0x20) throw malformed(`${name}: a dash that is not escaped`);
    length += line.copy(body, length, isEscaped ? 2 : 0);
    length = body.writeUInt8(lf, length);
  }
  // One empty line and none at all are signed alike.
  if (length === 1) length = 0;
  return { body: body.subarray(0, length), armor: document.subarray(lines.at) };
}

/** Lines without their ends and trailing blanks; the last one need not be ended. */
class Lines {
  readonly #document: Buffer;
  /** Where the line begins. */
  at = 0;

  constructor(document: Buffer) {
    this.#document = document;
  }

  /** `undefined` behind the last line. */
  bytes(): Buffer | undefined {
    if (this.at >= this.#document.length) return undefined;
    const line = this.#document.subarray(this.at, this.#end());
    return line.subarray(0, trimmedLength(line));
  }

  peek(): string | undefined {
    return this.bytes()?.toString('latin1');
  }

  next(): void {
    this.at = this.#end() + 1;
  }

  #end(): number {
    const end = this.#document.indexOf(lf, this.at);
    return end === -1 ? this.#document.length : end;
  }
}

/** 7.2: blanks and tabs at the end of a line are not signed; nor is the CR of its ending. */
function trimmedLength(line: Uint8Array): number {
  let length = line.length;
  while (length > 0 && [0x20, 0x09, 0x0d].includes(line[length - 1] ?? 0)) length -= 1;
  return length;
}
