import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { isLeased, leaseName, leasePath } from '../../src/cache/locks/lease.ts';
import { lockName } from '../../src/cache/locks/name-lock.ts';
import { changeSourceState } from '../../src/cache/records/source-state.ts';
import { startChild } from './child.ts';
import { makeEntry, nameOf } from './entries/make-entry.ts';
import { tempDir } from './temp-dir.ts';

const name = nameOf('1');
const isRoot = process.geteuid?.() === 0;

/** A cache with one entry, made under a umask that hides everything from other users. */
async function makeUnderUmask(cacheDir: string): Promise<void> {
  const before = process.umask(0o077);
  try {
    const cache = await openCache(cacheDir);
    await makeEntry(cache, name, name, { keepSource: true });
    const lock = await lockName(cache, name);
    const what = { vendor: 'ubuntu', release: '24.04', variant: 'server', arch: 'amd64' };
    const builds = [{ release: '24.04', snapshot: '1' }];
    await changeSourceState(cache, { by: 'asked', ...what }, (before) => ({ ...before, builds }));
    await lock.release();
    await (await leaseName(cache, name)).release();
  } finally {
    process.umask(before);
  }
}

it('has the same modes under every umask', async () => {
  const cacheDir = await tempDir();
  await makeUnderUmask(cacheDir);
  const images = join(cacheDir, 'images-v1');
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o7777).toString(8);
  for (const folder of ['', '.leases', '.state', '.http']) {
    expect(await modeOf(join(images, folder)), folder).toBe('755');
  }
  for (const folder of ['.staging', '.locks']) {
    expect(await modeOf(join(images, folder)), folder).toBe('700');
  }
  for (const file of [name, `${name}.source`]) {
    expect(await modeOf(join(images, file)), file).toBe('444');
  }
  const [state = ''] = await readdir(join(images, '.state'));
  for (const file of [`${name}.json`, `${name}.blocks`, `.state/${state}`, `.leases/${name}`]) {
    expect(await modeOf(join(images, file)), file).toBe('644');
  }
});

it.runIf(isRoot)(
  'another user leases a readable disk, under every umask (needs root)',
  async () => {
    const cacheDir = await tempDir();
    await makeUnderUmask(cacheDir);
    const cache = await openCache(cacheDir);
    const child = startChild('hold-lease.ts', [cacheDir, name, '65534']);
    expect(await child.line()).toBe('leased read-only');
    expect(await isLeased(cache, name)).toBe(true);
    await child.kill();
  },
);

it.runIf(isRoot)(
  'a lease that is not possible is reported, and does not end the call (needs root)',
  async () => {
    const cacheDir = await tempDir();
    await makeUnderUmask(cacheDir);
    await chmod(leasePath(await openCache(cacheDir), name), 0o600);
    const child = startChild('hold-lease.ts', [cacheDir, name, '65534']);
    expect(await child.line()).toMatch(/^warning bookkeeping: .* has no lease/);
    expect(await child.line()).toBe('leased read-only');
    await child.kill();
  },
);

it.runIf(isRoot)('another user cannot block a name (needs root)', async () => {
  const cacheDir = await tempDir();
  const cache = await openCache(cacheDir);
  // As created before locks were private.
  await chmod(cache.folder('locks'), 0o755);
  await (await lockName(cache, name)).release();
  await openCache(cacheDir);
  const path = join(cache.folder('locks'), name.replace('.raw', ''));
  const child = startChild('share-lock.ts', [path, '65534']);
  expect(await child.line()).toMatch(/^refused/);
  await (await lockName(cache, name)).release();
  await child.kill();
});
