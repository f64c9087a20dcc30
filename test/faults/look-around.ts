import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { awaitCleanUps } from '../../src/cache/background-work.ts';
import { type Line, sha256, sha256File } from '../fixtures/line.ts';

/** Every file that looks like a disk is one of these. */
export async function expectOnly(line: Line, disks: readonly Buffer[]): Promise<void> {
  const allowed = disks.map(sha256);
  for (const name of await line.visible()) {
    expect(allowed, name).toContain(await sha256File(join(line.cacheDir, 'images-v1', name)));
  }
}

/** A call that ended by itself leaves only files that the next one can continue. */
export async function expectTidy(cacheDir: string): Promise<void> {
  const staging = join(cacheDir, 'images-v1', '.staging');
  for (const folder of await readdir(staging).catch(() => [])) {
    const files = (await readdir(join(staging, folder))).sort();
    expect([[], ['download', 'download.json']], folder).toContainEqual(files);
  }
}

/** A call that succeeded leaves no file that was only needed to make the disk. */
export async function expectClean(line: Line): Promise<void> {
  await awaitCleanUps();
  const staging = join(line.cacheDir, 'images-v1', '.staging');
  expect(await readdir(staging).catch(() => [])).toEqual([]);
}
