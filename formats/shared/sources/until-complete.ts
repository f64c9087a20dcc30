import { abortable, type ByteSource } from '../../../src/kit.ts';

/** Waits until all bytes of a source are ready; its size is known then. */
export async function untilComplete(source: ByteSource, signal: AbortSignal): Promise<void> {
  while (source.sizeBytes === undefined || source.readyBytes < source.sizeBytes) {
    await abortable(source.grown(), signal);
  }
}
