import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { inCache, isErrno } from './cache-error.ts';

/** Longer than any record or evidence within the default limits; a longer file is not read into memory. */
const maxBytes = 256 * 1024 * 1024;

/**
 * The text of a small file of the cache, without following a link; `undefined` where nothing is. Empty, which no parser
 * accepts, for what is not a regular file of a sensible length.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  return await inCache(path, 'read', async () => {
    try {
      // Without O_NONBLOCK, opening a named pipe waits for its writer.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const handle = await open(path, flags);
      try {
        const stats = await handle.stat();
        if (!stats.isFile() || stats.size > maxBytes) return '';
        // Files of the cache are replaced, never written to, so one read nearly always does; `readFile` takes three calls.
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
