import type { DiskSink } from '../../../src/kit.ts';

/** Bytes and their place on the disk. */
export interface DiskPart {
  guest: number;
  bytes: Uint8Array;
}

/** The target of parts. Together, the parts of one call have at most `maxBytes`, unless it is a single part. */
export interface DiskPartWriter {
  sink: DiskSink;
  signal: AbortSignal;
  maxBytes: number;
  /** Buffers of `maxBytes` that no write is using; new buffers for every write would burden the garbage collector. */
  spare: Uint8Array[];
}

/** Writes parts in any order; adjacent parts of the disk are written at once. */
export async function writeDiskParts(parts: DiskPart[], writer: DiskPartWriter): Promise<void> {
  parts.sort((a, b) => a.guest - b.guest);
  for (let from = 0; from < parts.length; ) {
    const to = neighboursEnd(parts, from);
    writer.signal.throwIfAborted();
    await writeRun(parts.slice(from, to), writer);
    from = to;
  }
}

function neighboursEnd(parts: readonly DiskPart[], from: number): number {
  let to = from + 1;
  let end = partEnd(parts[from]);
  while (to < parts.length && parts[to]?.guest === end) {
    end = partEnd(parts[to]);
    to += 1;
  }
  return to;
}

function partEnd(part: DiskPart | undefined): number {
  return part === undefined ? 0 : part.guest + part.bytes.length;
}

async function writeRun(parts: readonly DiskPart[], writer: DiskPartWriter): Promise<void> {
  const [first] = parts;
  if (first === undefined) return;
  if (parts.length === 1) return writer.sink.write(first.guest, first.bytes);
  const buffer = writer.spare.pop() ?? new Uint8Array(writer.maxBytes);
  let length = 0;
  for (const { bytes } of parts) {
    buffer.set(bytes, length);
    length += bytes.length;
  }
  await writer.sink.write(first.guest, buffer.subarray(0, length));
  writer.spare.push(buffer);
}
