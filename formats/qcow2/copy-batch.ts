import type { ByteSource } from '../../src/kit.ts';
import {
  type DiskPart,
  type DiskPartWriter,
  useRange,
  writeDiskParts,
} from '../shared/blocks/write-disk-parts.ts';
import type { ClusterBatch } from './cluster-batch.ts';
import type { ClusterDecoder } from './cluster-decoder.ts';
import type { ClusterThreads } from './cluster-threads.ts';
import { refuseQcow2 } from './file-offset.ts';

/** The other input of copying a batch. */
export interface CopyJob {
  source: ByteSource;
  virtualSize: number;
  signal: AbortSignal;
  decode: ClusterDecoder;
  clusters: ClusterThreads | undefined;
  writer: DiskPartWriter;
}

/** Reads a batch at once, decodes it and writes adjacent parts of the disk at once. */
export async function copyBatch(batch: ClusterBatch, job: CopyJob): Promise<void> {
  const { source, signal, clusters } = job;
  if (await clusters?.copy(batch)) return;
  signal.throwIfAborted();
  await useRange(source, batch, job.writer, async (bytes) => {
    if (bytes.length < batch.end - batch.start) {
      const details = { offset: batch.start + bytes.length };
      throw refuseQcow2('truncated', 'the file ends inside a data cluster', details);
    }
    await writeDiskParts(await decodeBatch(batch, bytes, job), job.writer);
  });
}

async function decodeBatch(
  batch: ClusterBatch,
  bytes: Uint8Array,
  job: CopyJob,
): Promise<DiskPart[]> {
  let shared: { host: number; length: number; output: Promise<Uint8Array> } | undefined;
  const parts: (DiskPart | Promise<DiskPart>)[] = [];
  for (const { host, guest, length, whenCut } of batch.pieces) {
    const input = bytes.subarray(host - batch.start, host - batch.start + length);
    if (whenCut === undefined) {
      parts.push({ guest, bytes: input });
      continue;
    }
    // Several places of the disk may share one stream; they are adjacent in this list.
    if (shared?.host !== host || shared.length !== length) {
      shared = { host, length, output: job.decode(input, { host, whenCut }) };
    }
    const visible = job.virtualSize - guest;
    parts.push(shared.output.then((output) => ({ guest, bytes: output.subarray(0, visible) })));
  }
  return Promise.all(parts);
}
