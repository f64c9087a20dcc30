import { link, lstat, rename } from 'node:fs/promises';
import { isErrno } from '../cache/cache-error.ts';
import { UsageError } from '../errors.ts';

/** Throws `ERR_INVALID_REQUEST` when something lies at the path already, a link that leads nowhere included. */
export async function refuseExisting(output: string): Promise<void> {
  const found = await lstat(output).catch((error: unknown) => {
    // Whatever else is wrong with the path shows when the file is made.
    if (isErrno(error)) return undefined;
    throw error;
  });
  if (found !== undefined) throw existing(output);
}

/** Puts a finished file in place; over one that is there only with `force`. `partial` may stay behind: remove it. */
export async function placeOutput(partial: string, output: string, force: boolean): Promise<void> {
  if (force) await rename(partial, output);
  else await placeNew(partial, output);
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
