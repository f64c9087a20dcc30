import { rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { removeEntry } from '../../src/cache/entries/remove.ts';
import { isImageError } from '../../src/errors.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk(512 * 1024);
const packed = gzipSync(disk);
const name = 'acme_1_default_amd64_1.raw';
beforeEach(async () => {
  line = await startLine();
  const file = 'acme.raw.gz';
  const layers = ['gz', 'raw'];
  line.offer({ release: '1', snapshot: '1', file, layers, digest: sha256(packed) }, packed);
});
afterEach(() => line.close());

test('a pinned call during removals gives the disk every time', async () => {
  const cache = await openCache(line.cacheDir);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  let isOver = false;
  let removed = 0;
  const removing = (async () => {
    while (!isOver) {
      const removal = await removeEntry(cache, name).catch((error: unknown) => {
        if (!isImageError(error, 'ERR_CACHE_LOCKED')) throw error;
        return undefined;
      });
      if (removal?.removed === true) removed += 1;
      await turn();
    }
  })();
  for (let call = 0; call < 20 || removed <= 5; call += 1) {
    const image = await line.ensure('acme@1');
    expect(await sha256File(image.path)).toBe(sha256(disk));
    await line.releaseAll();
    // A removal takes many turns of the event loop, and a hit few: the next hit runs during each of its steps.
    for (let turns = (call * 7) % 40; turns > 0; turns -= 1) await turn();
  }
  isOver = true;
  await removing;
});

test('a disk that is removed between the look and its lease is made again', async () => {
  const { path } = await line.ensure('acme@1');
  await line.releaseAll();
  // Without the list of its requests a disk is searched. Files of the same build are read in the order of their names,
  // and the log reports those that are not entries: by then the disk has been found, and its lease has not been taken.
  await rm(join(line.cacheDir, 'images-v1', '.state'), { recursive: true });
  await writeFile(path.replace('.raw', '~00000000.raw'), 'no record');
  let removals = 0;
  line.asked();
  const image = await line.ensure('acme@1', {
    log: ({ message }) => {
      if (!message.includes('is not a cache entry') || removals > 0) return;
      removals += 1;
      for (const file of [path, `${path}.json`]) rmSync(file);
    },
  });
  expect(removals).toBe(1);
  expect(image).toMatchObject({ path, origin: 'network' });
  expect(await sha256File(path)).toBe(sha256(disk));
  expect(line.asked()).toContain('acme.raw.gz');
});

test('a removal skips files that do not belong to the cache', async () => {
  await line.ensure();
  await line.releaseAll();
  const cache = await openCache(line.cacheDir);
  await writeFile(join(cache.folder('staging'), 'notes.txt'), 'mine');
  await mkdir(join(cache.folder('staging'), 'lost+found'));
  await writeFile(join(cache.imagesDir, 'notes.txt'), 'mine');
  expect(await removeEntry(cache, name)).toMatchObject({ removed: true });
});
