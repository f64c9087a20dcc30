import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GrowingFile } from '../bytes/growing-file.ts';
import { SparseFile } from '../bytes/sparse-file.ts';
import { inOutput } from '../cache/cache-error.ts';
import { freeBytes } from '../cache/free-space.ts';
import { refuse } from '../errors.ts';
import { warningsOf } from '../image/allowances.ts';
import { boundDisk } from '../image/bounds.ts';
import { findNestedImage } from '../image/find-nested-image.ts';
import type { ChosenWriter } from './choose-writer.ts';
import { type ConvertedImage, type ConvertJob, copyDisk } from './copy-disk.ts';
import { partialPath, sweepPartials } from './partial-file.ts';
import { placeOutput } from './place-output.ts';
import { recordedExtents } from './recorded-extents.ts';
import { type RawFile, writeFormat } from './write-format.ts';

/**
 * Writes the disk in another format to a file beside the output and renames it at the end. An input that is not a raw
 * disk is first decoded to a hidden sparse file, which is removed afterwards.
 */
export async function convertToFormat(
  job: ConvertJob,
  chosen: ChosenWriter,
  force: boolean,
): Promise<ConvertedImage> {
  const { output, image, onProgress } = job;
  const { signal, log } = image;
  const { virtualSize } = image.image;
  if (virtualSize !== undefined) await check(chosen, virtualSize);
  await sweepPartials(output);
  const [decoded, partial] = [partialPath(output), partialPath(output)];
  const handles: FileHandle[] = [];
  try {
    return await inOutput(output, 'write', async () => {
      const raw = await openRaw(job, decoded, handles);
      await check(chosen, raw.virtualSize);
      const target = await open(partial, 'wx+', 0o666);
      handles.push(target);
      const isRaw = raw.handle === image.file;
      const onRead = (bytes: number) => isRaw && onProgress?.(bytes, raw.virtualSize);
      await writeFormat(chosen, raw, target, { signal, log, onRead });
      const { blocks } = await target.stat();
      await placeOutput(partial, output, force);
      return {
        path: output,
        format: chosen.writer.id,
        layers: image.chain,
        virtualSize: raw.virtualSize,
        allocatedBytes: blocks * 512,
        warnings: warningsOf(image.allowances.used),
      };
    });
  } finally {
    for (const handle of handles) await handle.close();
    await rm(partial, { force: true }).catch(() => {});
    await rm(decoded, { force: true }).catch(() => {});
  }
}

/** The input itself if it is a raw disk, else the decoded file. */
async function openRaw(job: ConvertJob, path: string, handles: FileHandle[]): Promise<RawFile> {
  const { input, output, image, formats } = job;
  const { chain, allowances, source, file, sizeBytes } = image;
  if (chain.length === 1 && chain[0] === 'raw') {
    if (sizeBytes === 0) throw refuse('empty', 'the disk is empty');
    const nothing = { write: async () => ({ bytesWritten: 0 }), truncate: async () => {} };
    await new SparseFile(nothing, boundDisk(source, image.limits)).setSize(sizeBytes);
    await findNestedImage(source, chain, formats, allowances);
    const extents = (await recordedExtents(input, file)) ?? [[0, sizeBytes]];
    return { handle: file, virtualSize: sizeBytes, extents };
  }
  const handle = await open(path, 'wx+', 0o600);
  handles.push(handle);
  const disk = await copyDisk(job, handle, await freeBytes(dirname(output)));
  if (disk.virtualSize === 0) throw refuse('empty', 'the disk is empty');
  await findNestedImage(GrowingFile.whole(handle, disk.virtualSize), chain, formats, allowances);
  return { handle, ...disk };
}

async function check({ writer, options }: ChosenWriter, virtualSize: number): Promise<void> {
  await writer.check({ virtualSize }, options);
}
