/** The first two lines of a signify or minisign signature. */
export interface SignatureLines {
  /** `Ed`, or `ED` for a signature over the BLAKE2b hash. */
  algorithm: string;
  keyNumber: Uint8Array;
  signature: Uint8Array;
  /** Start of the next line. */
  end: number;
}

/** Longer than any comment that the tools write. */
const maxLineBytes = 8192;
const algorithmBytes = 2;
const keyNumberBytes = 8;
const signatureBytes = 64;

/** Reads the comment line and the line with the signature; absent if the text does not begin with them. */
export function readSignatureLines(file: Uint8Array): SignatureLines | undefined {
  const comment = readLine(file, 0);
  if (!comment?.text.startsWith('untrusted comment:')) return undefined;
  const line = readLine(file, comment.end);
  const bytes = line && decodeBase64(line.text);
  if (bytes?.length !== algorithmBytes + keyNumberBytes + signatureBytes) return undefined;
  return {
    algorithm: bytes.subarray(0, algorithmBytes).toString('latin1'),
    keyNumber: bytes.subarray(algorithmBytes, algorithmBytes + keyNumberBytes),
    signature: bytes.subarray(algorithmBytes + keyNumberBytes),
    end: line?.end ?? 0,
  };
}

/**
 * The line at `at` as Latin-1 without its end, which the last one may lack; absent past the end and for a line that is
 * too long.
 */
export function readLine(
  file: Uint8Array,
  at: number,
): { text: string; bytes: Uint8Array; end: number } | undefined {
  if (at >= file.length) return undefined;
  const head = file.subarray(at, at + maxLineBytes);
  const feed = head.indexOf(0x0a);
  if (feed < 0 && head.length === maxLineBytes) return undefined;
  const length = feed < 0 ? head.length : feed;
  const bytes = head.subarray(0, head[length - 1] === 0x0d ? length - 1 : length);
  return { text: Buffer.from(bytes).toString('latin1'), bytes, end: at + length + 1 };
}

/** Base64 in its one canonical spelling; Node's own decoder accepts any text. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
