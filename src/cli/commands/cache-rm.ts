import { basename, dirname, resolve } from 'node:path';
import type { Cache } from '../../cache/cache.ts';
import { defaultCacheDir } from '../../cache/cache-folder.ts';
import { listEntries, listStaging } from '../../cache/entries/list.ts';
import { removeEntry } from '../../cache/entries/remove.ts';
import { requireCacheName } from '../../cache/names/cache-name.ts';
import { NotFoundError } from '../../errors.ts';
import type { Command } from './command.ts';
import { openExistingCache } from './existing-cache.ts';

export const cacheRm: Command = {
  name: 'cache rm',
  operands: ['<name>…'],
  summary: 'Remove disks from the cache; those in use stay.',
  options: ['cache-dir'],
  examples: [
    ['rootdisk cache rm ubuntu_24.04_server_amd64_20260725.raw', 'a name from rootdisk cache ls'],
    ['rootdisk cache rm "$(rootdisk ensure alpine --offline)"', 'a path works too'],
  ],
  async run({ operands, cacheDir, cwd, log, signal }) {
    const cache = await openExistingCache(cacheDir ?? defaultCacheDir(), log);
    const names = [...new Set(operands.map((operand) => nameOf(operand, cache, cwd)))];
    const there = [...(await listEntries(cache)), ...(await listStaging(cache))];
    // A name that cannot be right stops everything before anything is gone.
    for (const name of names) {
      requireCacheName(name);
      if (!there.some((entry) => entry.name === name)) throw notThere(name, cache);
    }
    let freedBytes = 0;
    for (const name of names) freedBytes += (await removeEntry(cache, name, { signal })).freedBytes;
    return { text: names.join('\n'), json: { removed: names, freedBytes } };
  },
};

function nameOf(operand: string, cache: Cache, cwd: string): string {
  const path = resolve(cwd, operand);
  return operand.includes('/') && dirname(path) === cache.imagesDir ? basename(path) : operand;
}

function notThere(name: string, cache: Cache): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `the cache holds no ${name}`,
    hint: 'Run: rootdisk cache ls',
    details: { field: 'name', value: name, cacheDir: cache.cacheDir },
  });
}
