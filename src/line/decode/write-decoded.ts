import type { FileHandle } from 'node:fs/promises';
import { SparseFile } from '../../bytes/sparse-file.ts';
import { RunningDigest } from '../../cache/digest/running-digest.ts';
import type { ByteSource, DiskSink } from '../../contracts/bytes.ts';
import type { DecodeContext } from '../../contracts/format.ts';
import { boundDisk } from '../../image/bounds.ts';
import type { OpenLayers } from '../../image/open-layers.ts';
import type { WrittenFile } from '../decoded.ts';
import type { Fetching } from '../fetch.ts';
import type { Making } from '../making.ts';
import { roomForFill } from '../space.ts';

/** The output of a stage, and its open files, which are closed at its end, also after a failure. */
export interface Writing {
  context: DecodeContext;
  handles: FileHandle[];
}

/** Copies an open image into the staged disk: as raw, or in the vendor's own format if the call keeps it. */
export async function writeDecoded(
  { call, plan, staging, fetching }: Making & { fetching: Fetching },
  opened: OpenLayers,
  { context, handles }: Writing,
): Promise<WrittenFile> {
  const { chain, image } = opened;
  const format = chain.at(-1) ?? 'raw';
  const handle = await staging.create(staging.disk);
  handles.push(handle);
  const digest = new RunningDigest(handle);
  try {
    let written = 0;
    const onWrite = (bytes: number): void => {
      written += bytes;
      // Other formats do not write their holes, so only a raw disk is written from start to end.
      call.progress.decode(written, format === 'raw' ? image.virtualSize : undefined);
    };
    const bounds = boundDisk(fetching.source, context.limits, await roomForFill(call));
    const sink = new SparseFile(
      handle,
      bounds,
      onWrite,
      (...range) => digest.wrote(...range),
      (...block) => digest.hashed(...block),
    );
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

/** Copies the content of the layers, in the format that is kept, to its end. */
export async function copyLayers(
  { image, inner, finish }: OpenLayers,
  kept: string,
  sink: DiskSink,
): Promise<void> {
  if (kept === 'raw') await image.copyTo(sink);
  else await copyBytes(inner, sink);
  await finish();
}

/** The vendor's own disk image, as it is inside codecs and archives. */
async function copyBytes(source: ByteSource, sink: DiskSink): Promise<void> {
  let position = 0;
  for await (const chunk of source.stream()) {
    await sink.write(position, chunk);
    position += chunk.length;
  }
  await sink.setSize(position);
}
