import { randomUUID } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GrowingFile } from '../bytes/growing-file.ts';
import { inCache, isErrno } from '../cache/cache-error.ts';
import { freeBytes } from '../cache/free-space.ts';
import { UsageError } from '../errors.ts';
import { warningsOf } from '../image/allowances.ts';
import { findNestedImage } from '../image/find-nested-image.ts';
import { type ConvertedImage, type ConvertJob, copyDisk } from './copy-disk.ts';

/**
 * Writes the disk beside the output and puts it in place at the end; over a file that is there only with `force`. It is
 * not synced: like any copy, it is on the file system when the call returns and on the device when the system writes it
 * back.
 */
export async function convertToFile(job: ConvertJob, force: boolean): Promise<ConvertedImage> {
  const { output, image, formats } = job;
  const { chain, allowances } = image;
  const partial = join(dirname(output), `.${basename(output)}.${randomUUID()}`);
  try {
    return await inCache(output, 'write', async () => {
      const handle = await open(partial, 'wx+', 0o666);
      try {
        const virtualSize = await copyDisk(job, handle, await freeBytes(dirname(output)));
        const disk = GrowingFile.whole(handle, virtualSize);
        await findNestedImage(disk, chain, formats, allowances);
        const { blocks } = await handle.stat();
        if (force) await rename(partial, output);
        else await placeNew(partial, output);
        const warnings = warningsOf(allowances.used);
        const allocatedBytes = blocks * 512;
        return { path: output, layers: chain, virtualSize, allocatedBytes, warnings };
      } finally {
        await handle.close();
      }
    });
  } finally {
    await rm(partial, { force: true });
  }
}

/** Throws `ERR_INVALID_REQUEST` when something lies at the path already, a link that leads nowhere included. */
export async function refuseExisting(output: string): Promise<void> {
  const found = await lstat(output).catch((error: unknown) => {
    // Whatever else is wrong with the path shows when the file is made.
    if (isErrno(error)) return undefined;
    throw error;
  });
  if (found !== undefined) throw existing(output);
}

/** A hard link, unlike a rename, never replaces what appeared meanwhile. */
async function placeNew(partial: string, output: string): Promise<void> {
  try {
    await link(partial, output);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw existing(output);
    if (!isErrno(error)) throw error;
    // A file system without hard links, such as FAT: between this look and the rename lies a moment.
    await refuseExisting(output);
    await rename(partial, output);
  }
}

function existing(output: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${output} exists already`,
    hint: 'Name another file, or replace this one with force (--force).',
    details: { field: 'output', value: output },
  });
}
