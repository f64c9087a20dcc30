import { link, lstat, rename } from 'node:fs/promises';
import { isErrno } from '../cache/cache-error.ts';
import { UsageError } from '../errors.ts';

/** Throws `ERR_INVALID_REQUEST` if the path exists, also as a dangling link. */
export async function refuseExisting(output: string): Promise<void> {
  const found = await lstat(output).catch((error: unknown) => {
    // Any other fault of the path is reported when the file is created.
    if (isErrno(error)) return undefined;
    throw error;
  });
  if (found !== undefined) throw existing(output);
}

/**
 * Renames a finished file into place; replaces an existing file only with `force`. `partial` may remain: the caller
 * removes it.
 */
export async function placeOutput(partial: string, output: string, force: boolean): Promise<void> {
  if (force) await rename(partial, output);
  else await placeNew(partial, output);
}

/** A hard link, unlike a rename, never replaces a file that appeared meanwhile. */
async function placeNew(partial: string, output: string): Promise<void> {
  try {
    await link(partial, output);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) throw existing(output);
    if (!isErrno(error)) throw error;
    // For a file system without hard links, such as FAT. Another process could create the file between this check and
    // the rename.
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
