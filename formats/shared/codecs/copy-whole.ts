import type { ByteSource, Codec, DecodeContext, DiskSink } from '../../../src/kit.ts';
import { copyOutput } from './copy-output.ts';
import { stepBytes } from './zlib-engine.ts';

/** `copyTo` of a codec that Node decodes from start to end. */
export async function copyWhole(
  { id, decode }: Pick<Codec, 'id' | 'decode'>,
  source: ByteSource,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  const where = { sink, position: 0, limit: context.limits.virtualBytes };
  const how = { stepBytes, format: id, signal: context.signal };
  const { sizeBytes } = await copyOutput(decode(source, context), { ...where, ...how });
  await sink.setSize(sizeBytes);
}
