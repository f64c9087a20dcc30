import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { inCache, isErrno } from './cache-error.ts';

/** Longer than any record or evidence within the default limits; a longer file is not loaded into memory. */
const maxBytes = 256 * 1024 * 1024;

/** Most records and request lists are shorter; a longer file is read by the thread pool. */
const maxBytesNow = 128 * 1024;

// Without O_NONBLOCK, opening a named pipe waits for its writer.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The text of a small file of the cache; links are not followed. `undefined` if it does not exist; empty, which every
 * parser refuses, if it is not a regular file of allowed length.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  return await inCache(path, 'read', async () => {
    try {
      const handle = await open(path, flags);
      try {
        const stats = await handle.stat();
        if (!stats.isFile() || stats.size > maxBytes) return '';
        // Files of the cache are replaced, never changed, so one read is nearly always enough; `readFile` needs three
        // calls.
        const bytes = Buffer.allocUnsafe(stats.size);
        let length = 0;
        while (length < bytes.length) {
          const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
          if (bytesRead === 0) break;
          length += bytesRead;
        }
        return bytes.toString('utf8', 0, length);
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      if (isErrno(error, 'ELOOP', 'EISDIR')) return '';
      throw error;
    }
  });
}

/**
 * Like `readSmallFile`, but synchronous, for one file that a hit waits for: four trips through the thread pool cost
 * ten times the read. Not for many files, because it blocks the process.
 */
export async function readSmallFileNow(path: string): Promise<string | undefined> {
  return await inCache(path, 'read', async () => {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(path, flags);
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return '';
      if (stats.size <= maxBytesNow) return readWhole(descriptor, stats.size);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      if (isErrno(error, 'ELOOP', 'EISDIR')) return '';
      throw error;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
    return await readSmallFile(path);
  });
}

function readWhole(descriptor: number, sizeBytes: number): string {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let length = 0;
  while (length < sizeBytes) {
    const bytesRead = readSync(descriptor, bytes, length, sizeBytes - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.toString('utf8', 0, length);
}
