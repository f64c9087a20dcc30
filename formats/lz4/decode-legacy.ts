import { type Limits, viewOf } from '../../src/kit.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { BlockOutput, type TakeMemory } from './block-output.ts';
import { cutFrame, takeAll } from './take-all.ts';

const blockBytes = 8 * 1024 * 1024;
/** The maximum stored size of a block that compression makes larger. */
const maxStoredBytes = blockBytes + Math.floor(blockBytes / 255) + 16;

/**
 * The content of one legacy frame after its magic number, block by block. Such a frame has neither an end mark nor a
 * checksum: it ends with the file, or at bytes that cannot be a length; those are returned. A file that is cut between
 * two blocks looks complete.
 */
export async function* decodeLegacyFrame(
  reader: StreamReader,
  limits: Limits,
  take?: TakeMemory,
): AsyncGenerator<Uint8Array, Uint8Array> {
  const output = new BlockOutput(blockBytes, false, limits, take);
  for (;;) {
    const next = await reader.take(4);
    if (next.length === 0) return next;
    if (next.length < 4) throw cutFrame(reader);
    const size = viewOf(next).getUint32(0, true);
    if (size > maxStoredBytes) return next;
    const bytes = output.decode(await takeAll(reader, size));
    if (bytes.length > 0) yield bytes;
  }
}
