import { constants } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheError } from '../../errors.ts';
import { inUse, onDevice } from './device-error.ts';
import { deviceFolder, findDeviceUse, formatDeviceNumber } from './device-use.ts';

/** An unused block device, open for reading and writing. */
export interface OutputDevice {
  /** The path that the caller gave. */
  path: string;
  handle: FileHandle;
  sizeBytes: number;
}

/** /sys counts in sectors of 512 bytes, whatever the sector size of the device is. */
const sysSectorBytes = 512;

/**
 * Claims a block device for this process. Throws `ERR_INVALID_REQUEST` if it is mounted, used for swap, part of
 * another device, claimed by another process, or a loop device over `input`, the file that is being read.
 */
export async function openDevice(path: string, input: string): Promise<OutputDevice> {
  const { isBlock, number } = await lookAt(path);
  if (!isBlock) throw changed(path);
  const handle = await onDevice(path, 'open', () => claim(path, number));
  try {
    const opened = await onDevice(path, 'measure', () => handle.stat({ bigint: true }));
    if (!opened.isBlockDevice() || formatDeviceNumber(opened.rdev) !== number) throw changed(path);
    const use = await onDevice(path, 'look up', () => findDeviceUse(number));
    if (use !== undefined) throw inUse(path, use);
    const folder = await deviceFolder(number);
    if (await isMadeOf(folder, input)) throw inUse(path, `it is made of ${input}`);
    const sectors = Number(await readFile(join(folder, 'size'), 'utf8'));
    return { path, handle, sizeBytes: sectors * sysSectorBytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Linux refuses a second exclusive open; a mounted file system counts as one: open(2), O_EXCL without O_CREAT. */
async function claim(path: string, number: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR | constants.O_EXCL);
  } catch (error) {
    const isBusy = error instanceof Error && Reflect.get(error, 'code') === 'EBUSY';
    if (!isBusy) throw error;
    throw inUse(path, await findDeviceUse(number).catch(() => undefined), error);
  }
}

async function lookAt(path: string): Promise<{ isBlock: boolean; number: string }> {
  const found = await onDevice(path, 'look at', () => stat(path, { bigint: true }));
  return { isBlock: found.isBlockDevice(), number: formatDeviceNumber(found.rdev) };
}

/** True for a loop device, or a partition of one, over this file. */
async function isMadeOf(folder: string, input: string): Promise<boolean> {
  const file = await stat(input, { bigint: true });
  for (const place of ['loop', '../loop']) {
    const backing = await readFile(join(folder, place, 'backing_file'), 'utf8').catch(() => '');
    const found = await stat(backing.trim(), { bigint: true }).catch(() => undefined);
    if (found?.dev === file.dev && found.ino === file.ino) return true;
  }
  return false;
}

function changed(path: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${path} was replaced by another file during the call`,
    hint: 'Run the call again.',
    details: { path },
  });
}
