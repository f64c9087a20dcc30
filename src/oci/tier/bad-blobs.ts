import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../../cache/cache-error.ts';
import { modes } from '../../cache/modes.ts';
import { readSmallFile } from '../../cache/read-small-file.ts';
import type { Log } from '../../contracts/log.ts';

/** Most remembered blobs; the oldest ones are removed. */
const maxFiles = 256;

/**
 * Remembers registry blobs with wrong bytes as small files below the cache folder: a registry keeps wrong bytes even
 * if the right ones are pushed again, and each new attempt would cost a whole download.
 */
export class BadBlobs {
  readonly #folder: string;
  readonly #log: Log;

  constructor(cacheDir: string, log: Log) {
    this.#folder = join(cacheDir, 'registry-v1', 'bad');
    this.#log = log;
  }

  /** True while a blob (`host/repository@digest`) must not be requested. */
  async has(blob: string, now: Date): Promise<boolean> {
    const text = await readSmallFile(this.#pathOf(blob)).catch(() => undefined);
    const [named, until = ''] = text?.split('\n') ?? [];
    return named === blob && now.getTime() < Date.parse(until);
  }

  /** Never throws: if the note cannot be written, the blob will be requested again. */
  async remember(blob: string, until: Date, reason: string): Promise<void> {
    const path = this.#pathOf(blob);
    try {
      await mkdir(this.#folder, { recursive: true, mode: modes.folder });
      const line = reason.replaceAll('\n', ' ').slice(0, 1000);
      await writeFile(path, `${blob}\n${until.toISOString()}\n${line}\n`, { mode: modes.file });
      await utimes(path, new Date(), new Date());
      await this.#removeOldest();
    } catch (error) {
      this.#log({ level: 'warn', message: `${blob} was not recorded as bad: ${error}` });
    }
  }

  async #removeOldest(): Promise<void> {
    const names = await readdir(this.#folder);
    if (names.length <= maxFiles) return;
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        return { path, mtimeMs: await mtimeOf(path) };
      }),
    );
    files.sort((one, other) => one.mtimeMs - other.mtimeMs);
    for (const { path } of files.slice(0, names.length - maxFiles)) await rm(path, { force: true });
  }

  #pathOf(blob: string): string {
    return join(this.#folder, createHash('sha256').update(blob).digest('hex'));
  }
}

async function mtimeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    // Another process removed it.
    if (isErrno(error, 'ENOENT')) return 0;
    throw error;
  }
}
