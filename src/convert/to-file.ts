import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GrowingFile } from '../bytes/growing-file.ts';
import { inOutput } from '../cache/cache-error.ts';
import { freeBytes } from '../cache/free-space.ts';
import { warningsOf } from '../image/allowances.ts';
import { findNestedImage } from '../image/find-nested-image.ts';
import { type ConvertedImage, type ConvertJob, copyDisk } from './copy-disk.ts';
import { partialPath, sweepPartials } from './partial-file.ts';
import { placeOutput } from './place-output.ts';

/**
 * Writes the disk to a file beside the output and renames it at the end; replaces an existing file only with `force`.
 * It is not synced: as with any copy, it is on the file system when the call returns, and on the device when the
 * system writes it back.
 */
export async function convertToFile(job: ConvertJob, force: boolean): Promise<ConvertedImage> {
  const { output, image, formats } = job;
  const { chain, allowances } = image;
  await sweepPartials(output);
  const partial = partialPath(output);
  try {
    return await inOutput(output, 'write', async () => {
      const handle = await open(partial, 'wx+', 0o666);
      try {
        const { virtualSize } = await copyDisk(job, handle, await freeBytes(dirname(output)));
        const disk = GrowingFile.whole(handle, virtualSize);
        await findNestedImage(disk, chain, formats, allowances);
        const { blocks } = await handle.stat();
        await placeOutput(partial, output, force);
        const warnings = warningsOf(allowances.used);
        const allocatedBytes = blocks * 512;
        return {
          path: output,
          format: 'raw',
          layers: chain,
          virtualSize,
          allocatedBytes,
          warnings,
        };
      } finally {
        await handle.close();
      }
    });
  } finally {
    await rm(partial, { force: true }).catch(() => {});
  }
}
