import type { FileHandle } from 'node:fs/promises';
import type { Extents } from '../bytes/extents.ts';
import { SparseFile } from '../bytes/sparse-file.ts';
import { inCache } from '../cache/cache-error.ts';
import { RunningDigest } from '../cache/digest/running-digest.ts';
import type { ByteSource, DiskSink } from '../contracts/bytes.ts';
import type { DecodeContext } from '../contracts/format.ts';
import { Allowances } from '../image/allowances.ts';
import { boundDisk } from '../image/bounds.ts';
import { openDecodeJob } from '../image/decode-context.ts';
import { type OpenLayers, openLayers } from '../image/open-layers.ts';
import { awaitEnd } from '../parts/await-plugin.ts';
import { callPlugin } from '../parts/call-plugin.ts';
import { keepBootFile } from './boot/keep-boot-file.ts';
import type { Decoded, WrittenFile } from './decoded.ts';
import type { Fetching } from './fetch.ts';
import type { Making } from './making.ts';
import { matchDigests } from './match-digests.ts';
import { roomForFill } from './space.ts';
import { trace } from './trace.ts';
import { writerOf } from './writing/write-disk.ts';

/** Decodes the growing download into the staged disk; under `after-verify` it waits until the download has been vouched for. */
export function startDecode(making: Making & { fetching: Fetching }): Promise<Decoded> {
  const { call, plan, proven, staging, fetching } = making;
  const decoded = trace(call, 'decode', { layers: plan.artifact.layers }, async () => {
    if (call.options.decode === 'after-verify') {
      matchDigests(proven, await fetching.done, plan.artifact.fileName);
    }
    const allowances = new Allowances(call.options.allow);
    if (plan.role !== 'disk') return { ...(await keepBootFile(making)), allowances };
    call.progress.stage('decode', `decoding to ${plan.format === 'source' ? 'source' : 'raw'}`);
    const { signal } = call;
    const { limits, log } = call.options;
    const job = openDecodeJob(staging.dir, { signal, limits, log, allowances });
    const handles: FileHandle[] = [];
    try {
      const decoded = await callPlugin('the decoder', 'copyTo', signal, () =>
        // A decoder gets no path: what the file system refuses it lies in this folder.
        inCache(staging.dir, 'decode in', () => decodeLayers(making, job.context, handles)),
      );
      return { ...decoded, allowances };
    } finally {
      await awaitEnd(signal, () => job.close());
      // A decoder that was given up never comes to the end of its own work.
      for (const handle of handles) await handle.close();
    }
  });
  // Awaited later by settle(); the empty handler keeps Node from reporting it earlier.
  decoded.catch(() => {});
  return decoded;
}

async function decodeLayers(
  { call, plan, staging, fetching }: Making & { fetching: Fetching },
  context: DecodeContext,
  handles: FileHandle[],
): Promise<WrittenFile> {
  const { layers, entry } = plan.artifact;
  const opened = await openLayers(fetching.source, layers, entry, call.parts.formats, context);
  const { chain, image } = opened;
  const format = chain.at(-1) ?? 'raw';
  if (image.virtualSize !== undefined) {
    const chosen = writerOf(call, plan);
    await chosen?.writer.check({ virtualSize: image.virtualSize }, chosen.options);
  }
  if (plan.format === 'source' && chain.length === 1 && format !== 'raw') {
    const { sizeBytes } = await fetching.done;
    const virtualSize = image.virtualSize ?? sizeBytes;
    const whole: Extents = [[0, sizeBytes]];
    return { chain, format, path: staging.download, sizeBytes, virtualSize, extents: whole };
  }
  const handle = await staging.create(staging.disk);
  handles.push(handle);
  const digest = new RunningDigest(handle);
  try {
    let written = 0;
    const onWrite = (bytes: number): void => {
      written += bytes;
      // Holes of other formats are never written, so only a raw disk is written from end to end.
      call.progress.decode(written, format === 'raw' ? image.virtualSize : undefined);
    };
    const bounds = boundDisk(fetching.source, context.limits, await roomForFill(call));
    const sink = new SparseFile(handle, bounds, onWrite, (...range) => digest.wrote(...range));
    const kept = plan.format === 'source' ? format : 'raw';
    await copyLayers(opened, kept, sink);
    const blocks = await digest.finish(call.signal);
    const { sizeBytes } = sink;
    call.progress.decode(sizeBytes, sizeBytes, true);
    const virtualSize = image.virtualSize ?? sizeBytes;
    const extents = sink.extents();
    const what = { chain, format: kept, path: staging.disk, sizeBytes, virtualSize };
    return { ...what, extents, blocks };
  } finally {
    await digest.idle();
    await handle.close();
  }
}

/** What lies in the layers, in the format that is kept, to its very end. */
export async function copyLayers(
  { image, inner, finish }: OpenLayers,
  kept: string,
  sink: DiskSink,
): Promise<void> {
  if (kept === 'raw') await image.copyTo(sink);
  else await copyBytes(inner, sink);
  await finish();
}

/** The vendor's own disk image, as it lies inside codecs and archives. */
async function copyBytes(source: ByteSource, sink: DiskSink): Promise<void> {
  let position = 0;
  for await (const chunk of source.stream()) {
    await sink.write(position, chunk);
    position += chunk.length;
  }
  await sink.setSize(position);
}
