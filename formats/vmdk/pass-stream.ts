import { abortable, type ByteSource, firstNonZero, isZeros } from '../../src/kit.ts';
import { maxGrainBatchBytes } from './grain-batch.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';
import { markerBytes } from './marker.ts';
import type { StreamGrain, StreamRecord } from './stream-record.ts';

/** The receiver of grains while the stream passes. */
export interface GrainTaker {
  /** Memory of at least `length` bytes that is not in use. */
  room(length: number): Uint8Array;
  /** `bytes`, which contain the grains, are from `position` of the file and may be memory that `room` returned. */
  take(
    grains: readonly StreamGrain[],
    bytes: Uint8Array,
    position: number,
    memory: Uint8Array,
  ): Promise<void>;
}

/**
 * Reads the stream from `start` to the very end of the file, in pieces of the bytes that have arrived. Reports how it
 * ended: with its marker, or only with the end of the file, as qemu may write it. Zeros before the footer may be
 * padding: the grain tables show whether everything was found.
 */
export async function passStream(
  source: ByteSource,
  start: number,
  record: StreamRecord,
  signal: AbortSignal,
  taker: GrainTaker,
): Promise<'marker' | 'file'> {
  let needed = sectorBytes;
  for (let position = start; ; ) {
    const ready = Math.min(maxGrainBatchBytes, source.readyBytes - position);
    const length = Math.max(needed, ready);
    const memory = taker.room(length);
    const bytes = await abortable(source.read(position, length, memory), signal);
    const step = record.walk(bytes, position);
    await taker.take(step.grains, bytes, position, memory);
    if (step.ended) {
      const found = await findContent(source, position + step.used, signal);
      if (found === undefined) return 'marker';
      const next = Math.floor(found / sectorBytes) * sectorBytes;
      // After padding, a marker must follow; after a footer, another reader might find a second one.
      const isPart = next > position + step.used && found < next + markerBytes;
      if (record.footer !== undefined || !isPart) throw trailing(found);
      position = next;
      needed = sectorBytes;
      continue;
    }
    if (step.used === 0 && bytes.length < needed) {
      if (isZeros(bytes)) return 'file';
      throw refuseVmdk('truncated', 'the file ends inside a part of the stream', {
        offset: position,
      });
    }
    position += step.used;
    needed = step.needed;
  }
}

/** The first byte from `start` on that is not zero; `undefined` if there is none. */
async function findContent(
  source: ByteSource,
  start: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  for (let position = start; ; ) {
    const bytes = await abortable(source.read(position, maxGrainBatchBytes), signal);
    if (bytes.length === 0) return undefined;
    const found = firstNonZero(bytes);
    if (found >= 0) return position + found;
    position += bytes.length;
  }
}

function trailing(offset: number): Error {
  return refuseVmdk('trailing-data', 'other bytes follow the end of the stream', { offset });
}
