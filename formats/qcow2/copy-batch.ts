import type { ByteSource, DiskSink } from '../../src/kit.ts';
import { type ClusterBatch, maxClusterBatchBytes } from './cluster-batch.ts';
import type { ClusterDecoder } from './cluster-decoder.ts';
import type { ClusterThreads } from './cluster-threads.ts';
import { refuseQcow2 } from './file-offset.ts';

/** What copying needs beside a batch. */
export interface CopyJob {
  source: ByteSource;
  sink: DiskSink;
  virtualSize: number;
  signal: AbortSignal;
  decode: ClusterDecoder;
  clusters: ClusterThreads | undefined;
  /** Buffers of the largest batch that no write is using; new ones for every write would keep the collector busy. */
  spare: Uint8Array[];
}

interface Part {
  guest: number;
  bytes: Uint8Array;
}

/** Reads a batch in one go, decodes it and writes what follows each other on the disk in one go. */
export async function copyBatch(batch: ClusterBatch, job: CopyJob): Promise<void> {
  const { source, signal, clusters } = job;
  if (await clusters?.copy(batch)) return;
  signal.throwIfAborted();
  const bytes = await source.read(batch.start, batch.end - batch.start);
  if (bytes.length < batch.end - batch.start) {
    const details = { offset: batch.start + bytes.length };
    throw refuseQcow2('truncated', 'the file ends inside a data cluster', details);
  }
  const parts = await decodeBatch(batch, bytes, job);
  parts.sort((a, b) => a.guest - b.guest);
  for (let from = 0; from < parts.length; ) {
    const to = neighboursEnd(parts, from);
    signal.throwIfAborted();
    await writeRun(parts.slice(from, to), job);
    from = to;
  }
}

async function decodeBatch(batch: ClusterBatch, bytes: Uint8Array, job: CopyJob): Promise<Part[]> {
  let shared: { host: number; length: number; output: Promise<Uint8Array> } | undefined;
  const parts: (Part | Promise<Part>)[] = [];
  for (const { host, guest, length, whenCut } of batch.pieces) {
    const input = bytes.subarray(host - batch.start, host - batch.start + length);
    if (whenCut === undefined) {
      parts.push({ guest, bytes: input });
      continue;
    }
    // Several places of the disk may share one stream; they follow each other here.
    if (shared?.host !== host || shared.length !== length) {
      shared = { host, length, output: job.decode(input, { host, whenCut }) };
    }
    const visible = job.virtualSize - guest;
    parts.push(shared.output.then((output) => ({ guest, bytes: output.subarray(0, visible) })));
  }
  return Promise.all(parts);
}

function neighboursEnd(parts: readonly Part[], from: number): number {
  let to = from + 1;
  let end = partEnd(parts[from]);
  while (to < parts.length && parts[to]?.guest === end) {
    end = partEnd(parts[to]);
    to += 1;
  }
  return to;
}

function partEnd(part: Part | undefined): number {
  return part === undefined ? 0 : part.guest + part.bytes.length;
}

async function writeRun(parts: readonly Part[], { sink, spare }: CopyJob): Promise<void> {
  const [first] = parts;
  if (first === undefined) return;
  if (parts.length === 1) return sink.write(first.guest, first.bytes);
  const buffer = spare.pop() ?? new Uint8Array(maxClusterBatchBytes);
  let length = 0;
  for (const { bytes } of parts) {
    buffer.set(bytes, length);
    length += bytes.length;
  }
  await sink.write(first.guest, buffer.subarray(0, length));
  spare.push(buffer);
}
