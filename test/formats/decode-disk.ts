import type { ByteSource, DecodeContext, Disk, DiskSink } from '../../src/kit.ts';
import { decodeContext } from './decode-context.ts';
import { PageSink } from './page-sink.ts';
import { SteppedSource } from './stepped-source.ts';

/** Decodes a complete image, or a source that is arriving, into a sink; returns the sink. */
export async function decodeInto<S extends DiskSink>(
  format: Disk,
  image: Uint8Array | ByteSource,
  sink: S,
  context: DecodeContext = decodeContext(),
): Promise<S> {
  const source = image instanceof Uint8Array ? new SteppedSource(image, 'whole') : image;
  const opened = await format.open(source, context);
  await opened.copyTo(sink);
  return sink;
}

/** Decodes into memory. */
export function decodeDisk(
  format: Disk,
  image: Uint8Array | ByteSource,
  context?: DecodeContext,
): Promise<PageSink> {
  return decodeInto(format, image, new PageSink(), context);
}

/** Lets a source arrive in this many steps, with time for its readers in between. */
export async function arrive(
  source: SteppedSource,
  sizeBytes: number,
  steps: number,
): Promise<void> {
  for (let step = 1; step <= steps; step += 1) {
    source.grow(Math.ceil((sizeBytes * step) / steps));
    await new Promise(setImmediate);
  }
}
