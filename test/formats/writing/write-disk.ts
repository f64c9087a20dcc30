import { NewFile } from '../../../src/bytes/new-file.ts';
import type { DiskToWrite, DiskWriter, WriteContext } from '../../../src/kit.ts';
import type { DiskExtent } from '../../../src/testing/cut-blocks.ts';

export interface MemoryFile {
  bytes: Uint8Array;
  /** Bytes that were written, without blocks of zeros. */
  dataBytes: number;
}

/** A disk in memory, with the extents that hold its data. */
export function diskOf(virtualSize: number, parts: readonly DiskExtent[]): DiskToWrite {
  const bytes = new Uint8Array(virtualSize);
  for (const part of parts) bytes.set(part.bytes, part.position);
  return {
    virtualSize,
    extents: merged(parts),
    read: async (position, length) => bytes.slice(position, position + length),
  };
}

/** Writes a disk into memory in the same way as to a new file. */
export async function writeDisk(
  writer: DiskWriter,
  disk: DiskToWrite,
  given: Partial<WriteContext> = {},
): Promise<MemoryFile> {
  let bytes = new Uint8Array(0);
  const target = {
    async write(piece: Uint8Array, offset: number, length: number, position: number) {
      await this.truncate(Math.max(bytes.length, position + length));
      bytes.set(piece.subarray(offset, offset + length), position);
      return { bytesWritten: length };
    },
    async truncate(length: number) {
      const before = bytes;
      bytes = new Uint8Array(length);
      bytes.set(before.subarray(0, length));
    },
  };
  const context = contextFor(writer, given);
  const sink = new NewFile(target);
  await writer.check(disk, context.options);
  await writer.write(disk, sink, context);
  await sink.finish();
  return { bytes, dataBytes: sink.dataBytes };
}

/** The default options of a writer, beside what else it is given. */
function contextFor(writer: DiskWriter, given: Partial<WriteContext> = {}): WriteContext {
  const defaults = Object.entries(writer.options ?? {}).map(([name, one]) => [name, one.default]);
  return {
    signal: new AbortController().signal,
    log: () => {},
    tasks: { width: 2, run: (task) => task() },
    ...given,
    options: { ...Object.fromEntries(defaults), ...given.options },
  };
}

function merged(parts: readonly DiskExtent[]): [number, number][] {
  const ends = parts.map(({ position, bytes }) => [position, position + bytes.length] as const);
  const extents: [number, number][] = [];
  for (const [start, end] of ends.toSorted((a, b) => a[0] - b[0])) {
    const last = extents.at(-1);
    if (last === undefined || last[0] + last[1] < start) extents.push([start, end - start]);
    else last[1] = Math.max(last[1], end - last[0]);
  }
  return extents;
}
