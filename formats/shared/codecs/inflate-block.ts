import { promisify } from 'node:util';
import { inflate, inflateRaw, inflateRawSync, inflateSync } from 'node:zlib';
import { zlibCode } from './zlib-code.ts';

const pooled = { zlib: promisify(inflate), raw: promisify(inflateRaw) };
const direct = { zlib: inflateSync, raw: inflateRawSync };

/** For smaller blocks the thread pool costs more than the work (with 16 KiB it used a fifth more CPU, measured). */
export const minPooledBytes: number = 32 * 1024;

/** Room for more than a block: otherwise zlib is called once more only to report the end of the stream. */
export const inflateSlackBytes = 64;

/** The error in the stream of a block. */
export type BlockFlaw = 'cut' | 'too-long' | 'damaged';

/**
 * Inflates a block of at most `blockBytes`; bytes after the end of its stream are ignored. A whole block gets its own
 * memory, followed by `inflateSlackBytes`. `explain` makes the error for an invalid stream.
 */
export async function inflateBlock(
  input: Uint8Array,
  wrapper: 'zlib' | 'raw',
  blockBytes: number,
  explain: (flaw: BlockFlaw, cause: unknown) => Error,
): Promise<Uint8Array> {
  const options = { maxOutputLength: blockBytes, chunkSize: blockBytes + inflateSlackBytes };
  try {
    return blockBytes < minPooledBytes
      ? direct[wrapper](input, options)
      : await pooled[wrapper](input, options);
  } catch (error) {
    switch (zlibCode(error)) {
      case 'Z_BUF_ERROR':
        throw explain('cut', error);
      case 'ERR_BUFFER_TOO_LARGE':
        throw explain('too-long', error);
      case 'Z_DATA_ERROR':
      case 'Z_NEED_DICT':
        throw explain('damaged', error);
      default:
        throw error;
    }
  }
}
