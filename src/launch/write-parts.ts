import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inOutput } from '../cache/cache-error.ts';
import { partialPath, sweepPartials } from '../convert/partial-file.ts';
import { placeOutput, refuseExisting } from '../convert/place-output.ts';
import type { LaunchPart } from './bootable.ts';

/** A requested file: its name in the folder, and the parts that are concatenated in it. */
export interface WantedFile {
  name: string;
  parts: readonly LaunchPart[];
}

/**
 * Writes boot files to a folder, which is created if missing, and returns their paths in the same order. They appear
 * together at the end; after a failure no file remains. Several parts of one file are padded to a multiple of 4
 * bytes, because the kernel reads concatenated archives so.
 */
export async function writeParts(
  folder: string,
  files: readonly WantedFile[],
  { force, signal }: { force: boolean; signal: AbortSignal },
): Promise<string[]> {
  const wanted = files.map(({ name, parts }) => {
    const path = join(folder, name);
    return { path, partial: partialPath(path), parts };
  });
  if (!force) for (const { path } of wanted) await refuseExisting(path);
  const made = await inOutput(folder, 'write', () => mkdir(folder, { recursive: true }));
  let isDone = false;
  try {
    for (const { path, partial, parts } of wanted) {
      await sweepPartials(path);
      await inOutput(path, 'write', () => writePartial(partial, parts, signal));
    }
    for (const { path, partial } of wanted) {
      await inOutput(path, 'write', () => placeOutput(partial, path, force));
    }
    isDone = true;
  } finally {
    for (const { partial } of wanted) await rm(partial, { force: true }).catch(() => {});
    if (!isDone && made !== undefined) await rmdir(folder).catch(() => {});
  }
  return wanted.map(({ path }) => path);
}

async function writePartial(
  path: string,
  parts: readonly LaunchPart[],
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(path, 'wx', 0o644);
  try {
    for (const part of parts) {
      const { sizeBytes, stream } = await part.open();
      for await (const piece of stream()) {
        signal.throwIfAborted();
        await handle.writeFile(piece);
      }
      if (parts.length > 1) await handle.writeFile(new Uint8Array(-sizeBytes & 3));
    }
  } finally {
    await handle.close();
  }
}
