import type { ByteSource, DecodeContext, DiskSink } from '../../src/kit.ts';
import { copyOutput } from '../shared/codecs/copy-output.ts';
import { copyLz4Blocks } from './copy-blocks.ts';
import { decodeLz4 } from './decode.ts';

const stepBytes = 1024 * 1024;
/** One buffer is decoded into and one is written; more would be unused. */
const maxSpare = 2;

/**
 * Decodes an lz4 file into a disk. Of the blocks that are not for threads, one piece is decoded while the previous one is
 * written, in memory that is reused.
 */
export async function copyLz4(
  source: ByteSource,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  const spare: ArrayBuffer[] = [];
  let written: ArrayBufferLike | undefined;
  const take = (bytes: number): Uint8Array => {
    const i = spare.findIndex(({ byteLength }) => byteLength >= bytes);
    const [memory = new ArrayBuffer(bytes)] = i < 0 ? [] : spare.splice(i, 1);
    return new Uint8Array(memory);
  };
  const reuse = ({ buffer }: Uint8Array): void => {
    // Pieces come in order: the memory before this one has been written completely.
    const last = written;
    written = buffer;
    if (!(last instanceof ArrayBuffer) || last === buffer) return;
    if (spare.length === maxSpare) spare.shift();
    spare.push(last);
  };
  const begun = await copyLz4Blocks(source, sink, context);
  const position = begun?.decoded ?? 0;
  const where = { sink, position, limit: context.limits.virtualBytes };
  const how = { stepBytes, format: 'lz4', signal: context.signal, reuse };
  const { sizeBytes } = await copyOutput(decodeLz4(source, context, take, begun), {
    ...where,
    ...how,
  });
  await sink.setSize(position + sizeBytes);
}
