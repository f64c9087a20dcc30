import assert from 'node:assert/strict';
import type { DiskToWrite, DiskWriter, WriteContext, WriterSink } from '../../contracts/writer.ts';
import { openLayers } from '../../image/open-layers.ts';
import { builtIns } from '../../index.ts';
import { createTaskPool } from '../../kit/task-pool.ts';
import { isReader } from '../../parts/format-kinds.ts';
import { ArrivingSource } from './arriving-source.ts';
import { memoryContext } from './format-subject.ts';
import { MemorySink } from './memory-sink.ts';

/** How a writer is tested. */
export interface WriterSample {
  name?: string | undefined;
  /** Values of its options; default: each option's own default. */
  options?: Record<string, string> | undefined;
  /** Reads the disk from a written file, for a format that the built-in ones do not read. */
  read?: ((file: Uint8Array) => Promise<Uint8Array>) | undefined;
  /** Size in bytes of the largest disk that the format can hold. */
  maxBytes?: number | undefined;
}

export interface WriterSubject {
  writer: DiskWriter;
  sample: WriterSample;
}

/** A disk of zeros with some pieces of data of 64 KiB each, the first at 0. */
export class TrialDisk implements DiskToWrite {
  readonly virtualSize: number;
  readonly extents: [number, number][];
  readBytes = 0;

  constructor(virtualSize: number, places: readonly number[]) {
    this.virtualSize = virtualSize;
    this.extents = places.map((at) => [at, Math.min(pieceBytes, virtualSize - at)]);
  }

  /** A property, so that a writer may call it without the disk as `this`. */
  read: DiskToWrite['read'] = async (position, length) => {
    const end = Math.min(this.virtualSize, position + length);
    const bytes = new Uint8Array(Math.max(0, end - position));
    this.readBytes += bytes.length;
    // Reads take different times, as on a disk under load.
    if ((position / 512) % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    for (const [start, size] of this.extents) {
      for (let at = Math.max(start, position); at < Math.min(start + size, end); at += 1) {
        bytes[at - position] = ((at * 2_654_435_761) >>> 13) | 1;
      }
    }
    // Archive readers check that the member is a disk.
    if (position === 0) bytes.set(this.#partitionTable().subarray(0, bytes.length));
    return bytes;
  };

  #partitionTable(): Uint8Array {
    const sector = new Uint8Array(512);
    const view = new DataView(sector.buffer);
    sector.set([0x80, 0, 0, 0, 0x83], 446);
    view.setUint32(454, 1, true);
    view.setUint32(458, Math.max(1, Math.floor(this.virtualSize / 512) - 1), true);
    view.setUint16(510, 0xaa55, true);
    return sector;
  }
}

const pieceBytes = 64 * 1024;

/** A file in memory that records the writes. */
export class TrialFile implements WriterSink {
  readonly writes: { position: number; bytes: Uint8Array }[] = [];
  #size: number | undefined;

  async setSize(bytes: number): Promise<void> {
    this.#size = bytes;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    await new Promise(setImmediate);
    this.writes.push({ position, bytes: bytes.slice() });
  }

  get writtenBytes(): number {
    return this.writes.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  content(): Uint8Array {
    const ends = this.writes.map(({ position, bytes }) => position + bytes.length);
    const end = Math.max(0, ...ends);
    assert.ok(end <= (this.#size ?? end), 'bytes were written past the end of the file');
    const content = new Uint8Array(this.#size ?? end);
    for (const { position, bytes } of this.writes) content.set(bytes, position);
    return content;
  }
}

/** Writes a disk and returns the file. */
export async function writeTrial<S extends WriterSink>(
  { writer, sample }: WriterSubject,
  disk: DiskToWrite,
  out: S,
  signal: AbortSignal = new AbortController().signal,
): Promise<S> {
  const options = trialOptions(writer, sample);
  await writer.check({ virtualSize: disk.virtualSize }, options);
  const tasks = createTaskPool(4);
  await writer.write(disk, out, { options, signal, log: () => {}, tasks });
  return out;
}

export function trialOptions(writer: DiskWriter, sample: WriterSample): WriteContext['options'] {
  const defaults = Object.entries(writer.options ?? {}).map(([name, one]) => [name, one.default]);
  return { ...Object.fromEntries(defaults), ...sample.options };
}

/** Reads the disk from a written file. */
export async function readTrial({ sample }: WriterSubject, file: Uint8Array): Promise<Uint8Array> {
  if (sample.read !== undefined) return await sample.read(file);
  const readers = builtIns.formats.filter(isReader);
  const source = new ArrivingSource(file);
  const opened = await openLayers(source, [], undefined, readers, memoryContext());
  const sink = new MemorySink();
  await opened.image.copyTo(sink);
  await opened.finish();
  return sink.content();
}
