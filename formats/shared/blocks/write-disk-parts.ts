import type { ByteSource, DiskSink } from '../../../src/kit.ts';

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

/**
 * Reads a range of a source for `use`, into a spare buffer that serves again afterwards: with new buffers, garbage
 * collection took a third of the processor time.
 */
export async function useRange(
  source: ByteSource,
  { start, end }: { start: number; end: number },
  { spare, maxBytes }: DiskPartWriter,
  use: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const length = end - start;
  const memory = length > maxBytes ? undefined : (spare.pop() ?? new Uint8Array(maxBytes));
  await use(await source.read(start, length, memory));
  // Not after a failure: a decoder may still read it.
  if (memory !== undefined) spare.push(memory);
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
  const view = viewOfAll(parts);
  if (view !== undefined) return writer.sink.write(first.guest, view);
  const buffer = writer.spare.pop() ?? new Uint8Array(writer.maxBytes);
  let length = 0;
  for (const { bytes } of parts) {
    buffer.set(bytes, length);
    length += bytes.length;
  }
  await writer.sink.write(first.guest, buffer.subarray(0, length));
  writer.spare.push(buffer);
}

/** All parts as one view, if they are adjacent in memory, too. */
function viewOfAll(parts: readonly DiskPart[]): Uint8Array | undefined {
  const [
    {
      bytes: { buffer, byteOffset },
    } = { bytes: new Uint8Array(0) },
  ] = parts;
  let length = 0;
  for (const { bytes } of parts) {
    if (bytes.buffer !== buffer || bytes.byteOffset !== byteOffset + length) return undefined;
    length += bytes.length;
  }
  return new Uint8Array(buffer, byteOffset, length);
}
