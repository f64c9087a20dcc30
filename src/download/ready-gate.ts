import { createHash } from 'node:crypto';
import type { GrowingFile } from '../bytes/growing-file.ts';
import type { Artifact } from '../contracts/vendor.ts';
import { IntegrityError } from '../errors.ts';
import { algorithmOf } from '../kit/digest.ts';
import { publicUrl } from '../kit/public-url.ts';

const readBytes = 1024 * 1024;

/**
 * Makes written bytes ready for readers: at once or, if the hashes of pieces are known, one piece at a time after it
 * was verified.
 */
export class ReadyGate {
  readonly #file: GrowingFile;
  readonly #artifact: Pick<Artifact, 'fileName' | 'pieces'>;

  constructor(file: GrowingFile, artifact: Pick<Artifact, 'fileName' | 'pieces'>) {
    this.#file = file;
    this.#artifact = artifact;
  }

  get readyBytes(): number {
    return this.#file.readyBytes;
  }

  /**
   * All bytes before `writtenBytes` are in the file; with `isEnd` the file is complete. `from` is the source of the
   * bytes. Throws `ERR_DIGEST` with the reason `piece-mismatch` for a wrong piece.
   */
  async pass(writtenBytes: number, from: URL, isEnd = false): Promise<void> {
    const { pieces } = this.#artifact;
    if (pieces === undefined) {
      this.#file.advance(writtenBytes);
      return;
    }
    for (;;) {
      const start = this.readyBytes;
      const end = isEnd
        ? Math.min(start + pieces.lengthBytes, writtenBytes)
        : start + pieces.lengthBytes;
      if (end > writtenBytes || end === start) break;
      const expected = pieces.digests[start / pieces.lengthBytes];
      const algorithm = expected === undefined ? 'sha256' : algorithmOf(expected);
      const actual = `${algorithm}:${await this.#hash(algorithm, start, end)}`;
      if (actual !== expected) throw this.#mismatch(start, end, expected, actual, from);
      this.#file.advance(end);
    }
    const known = Math.ceil(writtenBytes / pieces.lengthBytes);
    if (isEnd && known !== pieces.digests.length) {
      const expected = `${pieces.digests.length} pieces`;
      throw this.#mismatch(writtenBytes, writtenBytes, expected, `${known} pieces`, from);
    }
  }

  async #hash(algorithm: 'sha256' | 'sha512', start: number, end: number): Promise<string> {
    const hash = createHash(algorithm);
    for (let at = start; at < end; at += readBytes) {
      hash.update(await this.#file.peek(at, Math.min(readBytes, end - at)));
    }
    return hash.digest('hex');
  }

  #mismatch(
    start: number,
    end: number,
    expected: string | undefined,
    actual: string,
    from: URL,
  ): IntegrityError {
    const { fileName } = this.#artifact;
    const where = start === end ? `${start} bytes` : `the bytes from ${start} to ${end}`;
    return new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${fileName}: ${where} of ${publicUrl(from)} do not have the published digest`,
      hint: 'Do not use this server; try again later, and report it to the vendor if it happens again.',
      details: {
        url: publicUrl(from),
        fileName,
        expected: expected ?? 'no such piece',
        actual,
        reason: 'piece-mismatch',
      },
    });
  }
}

/** True for a piece that differs from the published one: another address may have the right one. */
export function isPieceMismatch(error: unknown): error is IntegrityError {
  return error instanceof IntegrityError && error.details.reason === 'piece-mismatch';
}
