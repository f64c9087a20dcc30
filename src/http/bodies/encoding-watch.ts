import { contentEncoding, isOwnPacking, mayBePacked } from '../content-encoding.ts';
import type { Answer } from '../wire/answer.ts';
import { foreignEncoding } from './body-failures.ts';

/** As much of a file as shows whether it is packed twice. */
const headBytes = 64 * 1024;

/** Tells an encoding that describes the stored file, or nothing, from one that changed the bytes on the way. */
export class EncodingWatch {
  readonly #asked: URL;
  readonly #expectedBytes: number | undefined;
  /** What the server said of the bytes that came first. */
  encoding: string | undefined;
  /** The first bytes decide. */
  #isDoubtful = false;

  constructor(asked: URL, expectedBytes: number | undefined, encoding: string | undefined) {
    this.#asked = asked;
    this.#expectedBytes = expectedBytes;
    this.encoding = encoding;
  }

  /** The beginning of the file, or all of it, of the length that this answer tells. */
  begin({ headers, url }: Answer, sizeBytes: number | undefined): void {
    const encoding = contentEncoding(headers);
    this.encoding = encoding;
    if (encoding === undefined) return;
    const isKnown = sizeBytes !== undefined && this.#expectedBytes !== undefined;
    if (isKnown && sizeBytes !== this.#expectedBytes) throw foreignEncoding(url, encoding);
    this.#isDoubtful = !isKnown;
  }

  /** Bytes that belong to those that came before. */
  continue({ headers, url }: Answer): void {
    const encoding = contentEncoding(headers);
    if (encoding === undefined || encoding === this.encoding) return;
    if (!isOwnPacking(encoding, this.#asked)) throw foreignEncoding(url, encoding);
  }

  /** The next bytes, as they came from `url`. */
  accept(chunk: Uint8Array, url: URL): void {
    const { encoding } = this;
    if (!this.#isDoubtful || encoding === undefined) return;
    this.#isDoubtful = false;
    if (!mayBePacked(encoding, chunk)) return;
    if (!isOwnPacking(encoding, this.#asked) || isPackedTwice(encoding, chunk)) {
      throw foreignEncoding(url, encoding);
    }
  }
}

/** A `.gz` that was packed once more for the way. */
function isPackedTwice(encoding: string, head: Uint8Array): boolean {
  if (!/^(?:x-)?gzip$/.test(encoding)) return false;
  const { constants, gunzipSync } = process.getBuiltinModule('node:zlib');
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * headBytes };
    const inner = gunzipSync(head.subarray(0, headBytes), options);
    return inner.length > 1 && mayBePacked(encoding, inner);
  } catch {
    // Unpacks to more than this, or is damaged: no second packing does either.
    return false;
  }
}
