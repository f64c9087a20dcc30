import type { Stats } from 'node:fs';
import { lstat, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from '../cache/cache-error.ts';
import { refuseExisting } from '../convert/place-output.ts';
import { refuseClone } from './clone-error.ts';
import type { CloneSource } from './source.ts';

/**
 * Refuses an output that cannot be created, before anything is made: a folder, a device, a pipe, an existing file
 * without `force`, and a path in a folder that does not exist.
 */
export async function checkOutput(output: string, force: boolean): Promise<void> {
  const folder = dirname(output);
  if (!(await isFolder(folder))) {
    const hint = 'Make the folder first, or name another file.';
    throw refuseClone('output', `there is no folder ${folder}`, hint, output);
  }
  const found = await statOf(output);
  if (found === undefined) return;
  if (found.isDirectory()) {
    throw refuseClone('output', `${output} is a folder`, 'Name a file in it.', output);
  }
  if (!found.isFile() && !found.isSymbolicLink()) {
    const hint = 'Name a file; rootdisk convert writes to a block device.';
    throw refuseClone('output', `${output} is not a regular file`, hint, output);
  }
  if (!force) await refuseExisting(output);
}

/**
 * Refuses an output that is the source itself, also with `force`, because an overlay would be its own backing file.
 */
export async function refuseSource(output: string, { handle, path }: CloneSource): Promise<void> {
  const [source, found] = await Promise.all([
    handle.stat({ bigint: true }),
    stat(output, { bigint: true }).catch(() => undefined),
  ]);
  if (found?.ino !== source.ino || found.dev !== source.dev) return;
  throw refuseClone(
    'output',
    `${output} is the disk that is cloned, ${path}`,
    'Name another file.',
    output,
  );
}

/** The mode of a new file of this process in that folder, 0644 without the umask; the file is removed again. */
export async function newFileMode(path: string): Promise<number> {
  const handle = await open(path, 'wx', 0o644);
  try {
    return (await handle.stat()).mode & 0o777;
  } finally {
    await handle.close();
    await rm(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (isErrno(error)) return undefined;
    throw error;
  });
  return found?.isDirectory() === true;
}

async function statOf(path: string): Promise<Stats | undefined> {
  return await lstat(path).catch((error: unknown) => {
    // Any other fault of the path is reported when the file is created.
    if (isErrno(error)) return undefined;
    throw error;
  });
}
