import { contentEncoding, isOwnPacking, mayBePacked } from '../content-encoding.ts';
import type { Answer } from '../wire/answer.ts';
import { foreignEncoding } from './body-failures.ts';

/** Enough of a file to detect double compression. */
const headBytes = 64 * 1024;

/**
 * Distinguishes an encoding that describes the stored file, or is meaningless, from one that changed the bytes on the
 * way.
 */
export class EncodingWatch {
  readonly #asked: URL;
  readonly #expectedBytes: number | undefined;
  /** The encoding stated for the first bytes. */
  encoding: string | undefined;
  /** True while the first bytes must decide. */
  #isDoubtful = false;

  constructor(asked: URL, expectedBytes: number | undefined, encoding: string | undefined) {
    this.#asked = asked;
    this.#expectedBytes = expectedBytes;
    this.encoding = encoding;
  }

  /** Called for an answer with the beginning of the file, or all of it; `sizeBytes` is the stated length. */
  begin({ headers, url }: Answer, sizeBytes: number | undefined): void {
    const encoding = contentEncoding(headers);
    this.encoding = encoding;
    if (encoding === undefined) return;
    const isKnown = sizeBytes !== undefined && this.#expectedBytes !== undefined;
    if (isKnown && sizeBytes !== this.#expectedBytes) throw foreignEncoding(url, encoding);
    this.#isDoubtful = !isKnown;
  }

  /** Called for an answer that continues the earlier bytes. */
  continue({ headers, url }: Answer): void {
    const encoding = contentEncoding(headers);
    if (encoding === undefined || encoding === this.encoding) return;
    if (!isOwnPacking(encoding, this.#asked)) throw foreignEncoding(url, encoding);
  }

  /** Checks the next bytes, received from `url`. */
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

/** True for a `.gz` that was compressed again for the transfer. */
function isPackedTwice(encoding: string, head: Uint8Array): boolean {
  if (!/^(?:x-)?gzip$/.test(encoding)) return false;
  const { constants, gunzipSync } = process.getBuiltinModule('node:zlib');
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * headBytes };
    const inner = gunzipSync(head.subarray(0, headBytes), options);
    return inner.length > 1 && mayBePacked(encoding, inner);
  } catch {
    // It unpacks to more than this, or is damaged: neither happens with a second compression.
    return false;
  }
}
