import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { tarBlockBytes } from '../cache/archive/tar-head.ts';
import { writeEntryTo } from '../cache/archive/write-entry.ts';
import type { Cache } from '../cache/cache.ts';
import { inOutput } from '../cache/cache-error.ts';
import { listNames } from '../cache/entries/names-on-disk.ts';
import { readEntry } from '../cache/entries/read.ts';
import { openExistingCache } from '../cache/existing-cache.ts';
import { leaseName } from '../cache/locks/lease.ts';
import { parseCacheName } from '../cache/names/cache-name.ts';
import type { CacheOptions } from '../contracts/options.ts';
import type { Digest } from '../contracts/proof.ts';
import { placeOutput, refuseExisting } from '../convert/place-output.ts';
import { NotFoundError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

export interface ExportOptions extends CacheOptions {
  /** Replace an existing file; default: refuse with `ERR_INVALID_REQUEST`. */
  force?: boolean | undefined;
}

export interface ExportedEntry {
  name: string;
  /** Content digest of the disk, for the option `digest` of `importCache` if the download was not kept. */
  contentDigest: string;
  /** True if the archive contains the download: the import decodes it again, and needs no digest. */
  hasSource: boolean;
  /**
   * Digest of the download, if the archive contains it, for the option `digest` of `importCache` and the level
   * `pinned`.
   */
  sourceDigest?: Digest;
}

export interface ExportedCache {
  /** Absolute path of the archive. */
  path: string;
  sizeBytes: number;
  entries: ExportedEntry[];
}

export type ExportCache = (
  output: string,
  names?: readonly string[],
  options?: ExportOptions,
) => Promise<ExportedCache>;

/**
 * Writes disks of the cache to a tar (without names: all), each with its record and the documents of its origin.
 * Throws `ERR_NOT_FOUND` for a name without an intact entry. A failure leaves no file.
 */
export async function exportEntries(
  output: string,
  names: readonly string[] = [],
  given: ExportOptions = {},
): Promise<ExportedCache> {
  checkOptions(given, optionKinds.exportCache);
  const options = safeListeners(given);
  const { force = false, signal } = options;
  const path = resolve(readPath('output', output));
  if (!force) await refuseExisting(path);
  const cache = await openExistingCache(options);
  const all = names.length > 0 ? names : (await listNames(cache)).map(({ name }) => name);
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  const entries: ExportedEntry[] = [];
  try {
    const sizeBytes = await inOutput(path, 'write', async () => {
      const handle = await open(partial, 'wx', 0o644);
      try {
        for (const name of new Set(all.map((one) => nameOf(one, cache)))) {
          const lease = await leaseName(cache, name, { signal });
          try {
            const entry = await readEntry(cache, name);
            if (entry === undefined && names.length === 0) continue;
            if (entry === undefined) throw noEntry(name, cache);
            await writeEntryTo(handle, cache, entry, signal);
            const { disk, source } = entry.record;
            const hasSource = entry.source !== undefined;
            const sourceDigest: Digest | undefined = hasSource
              ? `sha256:${source.sha256}`
              : undefined;
            const { contentDigest } = disk;
            entries.push({ name, contentDigest, hasSource, ...defined({ sourceDigest }) });
          } finally {
            await lease.release();
          }
        }
        await handle.write(Buffer.alloc(2 * tarBlockBytes));
        await handle.sync();
        return (await handle.stat()).size;
      } finally {
        await handle.close();
      }
    });
    await inOutput(path, 'write', () => placeOutput(partial, path, force));
    return { path, sizeBytes, entries };
  } finally {
    await rm(partial, { force: true }).catch(() => {});
  }
}

function nameOf(name: string, cache: Cache): string {
  const path = resolve(name);
  const plain = dirname(path) === cache.imagesDir ? basename(path) : name;
  if (parseCacheName(plain) === undefined) throw noEntry(plain, cache);
  return plain;
}

function noEntry(name: string, cache: Cache): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `the cache has no intact entry ${name}`,
    hint: 'Run: rootdisk cache ls',
    details: { field: 'name', value: name, cacheDir: cache.cacheDir },
  });
}
