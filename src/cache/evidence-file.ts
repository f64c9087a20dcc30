import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Cache } from './cache.ts';
import { inCache, isErrno } from './cache-error.ts';
import { placeText } from './entries/place-text.ts';
import { parseEvidence, type StoredEvidence } from './stored-evidence.ts';

/** Proofs and the documents that they rest on; lists and signatures, never images. */
const maxBytes = 256 * 1024 * 1024;

/** Keeps beside a disk what its trust rests on. Needs the lock of its name. */
export async function writeEvidence(
  cache: Cache,
  name: string,
  evidence: StoredEvidence,
): Promise<void> {
  const text = `${JSON.stringify(evidence, undefined, 1)}\n`;
  await placeText(cache, name, cache.evidencePathOf(name), text);
}

/** What was kept; `undefined` where nothing was. Throws `ERR_CACHE_IO` for a file that is damaged. */
export async function readEvidence(
  cache: Cache,
  name: string,
): Promise<StoredEvidence | undefined> {
  const path = cache.evidencePathOf(name);
  const text = await inCache(path, 'read', async () => {
    try {
      const handle = await open(
        path,
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
      try {
        const stats = await handle.stat();
        return stats.isFile() && stats.size <= maxBytes ? await handle.readFile('utf8') : '';
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      if (isErrno(error, 'ELOOP', 'EISDIR')) return '';
      throw error;
    }
  });
  return text === undefined ? undefined : parseEvidence(text);
}
