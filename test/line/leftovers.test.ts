import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { awaitCleanUps } from '../../src/cache/background-work.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

test('the next hit removes the files of a call that was killed right after it had published', async () => {
  await line.ensure();
  const [name = ''] = await line.visible();
  const staging = join(line.cacheDir, 'images-v1', '.staging');
  await mkdir(join(staging, name));
  await writeFile(join(staging, name, 'download'), packed);
  const again = await line.ensure();
  expect(again.origin).toBe('cache');
  await awaitCleanUps();
  expect(await readdir(staging)).toEqual([]);
  expect(await sha256File(again.path)).toBe(sha256(disk));
});
