import { vhdx } from '../../../formats/vhdx.ts';
import { type ByteSource, type DecodeContext, DecodeError } from '../../../src/kit.ts';
import { decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';

export const KiB = 1024;
export const MiB: number = 1024 * KiB;

/** Decodes a complete image, or a source that is arriving, into memory. */
export function decodeVhdx(
  image: Uint8Array | ByteSource,
  sink: PageSink = new PageSink(),
  context?: DecodeContext,
): Promise<PageSink> {
  return decodeInto(vhdx, image, sink, context);
}

/** The error for an image that must not be decoded. */
export async function refusalOfVhdx(
  image: Uint8Array | ByteSource,
  context?: DecodeContext,
): Promise<DecodeError> {
  const failure = await decodeVhdx(image, new PageSink(), context).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof DecodeError) return failure;
  throw new Error(`not refused: ${String(failure)}`, { cause: failure });
}
