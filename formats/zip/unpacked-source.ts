import { giveBack } from '../shared/give-back.ts';
import { ExtentSource } from '../shared/sources/extent-source.ts';

/** Number of bytes that must follow a piece before its memory may be freed, as in `ByteSource.stream`. */
const behindBytes = 1024 * 1024;
/** The first bytes of a spool stay in memory, because they may be read again. */
const headBytes = 128 * 1024;

/**
 * A member that is decompressed here: the decoder allocates memory for each piece, which is freed if it may be reused.
 */
export class UnpackedSource extends ExtentSource {
  override async *stream(reuse = false): AsyncGenerator<Uint8Array> {
    if (!reuse) return yield* super.stream();
    const handed: { piece: Uint8Array; end: number }[] = [];
    let position = 0;
    for await (const piece of super.stream(reuse)) {
      const start = position;
      position += piece.length;
      yield piece;
      if (start >= headBytes) handed.push({ piece, end: position });
      for (let [first] = handed; first && first.end + behindBytes <= position; [first] = handed) {
        giveBack(first.piece);
        handed.shift();
      }
    }
  }
}
