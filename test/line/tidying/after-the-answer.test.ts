import { readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/core.ts';
import { replaceOperation, watchHandles } from '../../fixtures/file-operations.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';

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

const staged = (): Promise<string[]> => readdir(join(line.cacheDir, 'images-v1/.staging'));
const isRetired = (path: unknown): boolean => String(path).includes('/.removed-');

/** Delays the removal of files that a call no longer needs; returns a function that continues it. */
function holdRemoval(): () => void {
  const held = Promise.withResolvers<void>();
  replaceOperation('rm', (real) => async (...parameters) => {
    if (isRetired(parameters[0])) await held.promise;
    return await real(...parameters);
  });
  return held.resolve;
}

test('a call gets its answer before the download is removed, and so does the next one of the name', async () => {
  const release = holdRemoval();
  const image = await line.ensure();
  expect(await sha256File(image.path)).toBe(sha256(disk));
  expect(await staged()).toHaveLength(1);
  const stages: string[] = [];
  const again = await line.ensure('acme:1', {
    onProgress: (event) => void (event.type === 'stage' && stages.push(event.stage)),
  });
  expect(again.origin).toBe('cache');
  expect(stages).not.toContain('wait');
  const removed = line.releaseAll();
  expect(await staged()).toHaveLength(1);
  release();
  await removed;
  expect(await staged()).toEqual([]);
});

test('a failed removal is a warning in the log, and the next call repeats it', async () => {
  let fails = true;
  replaceOperation('rm', (real) => async (...parameters) => {
    if (fails && isRetired(parameters[0])) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    return await real(...parameters);
  });
  const logged: LogEntry[] = [];
  const image = await line.ensure('acme:1', { log: (entry) => void logged.push(entry) });
  await image.dispose();
  expect(await staged()).toHaveLength(1);
  const about = logged.filter(({ message }) => message.includes('/.removed-'));
  expect(about.map(({ level }) => level)).toEqual(['warn']);
  expect(image.trust.warnings.map(({ code }) => code)).not.toContain('bookkeeping');
  fails = false;
  const again = await line.ensure();
  expect(again.origin).toBe('cache');
  await again.dispose();
  expect(await staged()).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'the disk gets its name after it was synced with all its files, and its folder is synced once',
  async () => {
    const images = join(line.cacheDir, 'images-v1');
    const steps: string[] = [];
    const note = (fd: number): void => {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      if (path === images) steps.push('folder');
      else if (path.startsWith(join(images, '.staging'))) steps.push(`sync ${basename(path)}`);
    };
    await watchHandles('sync', note);
    replaceOperation('rename', (real) => async (...parameters) => {
      const to = String(parameters[1]);
      if (join(to, '..') === images) steps.push(`place ${to.slice(images.length + 1)}`);
      return await real(...parameters);
    });
    const { path } = await line.ensure();
    const name = basename(path);
    const renames = [`${name}.blocks`, `${name}.evidence`, `${name}.json`, name];
    const from = steps.length - renames.length - 1;
    expect(steps.slice(from)).toEqual([...renames.map((file) => `place ${file}`), 'folder']);
    expect(steps.slice(0, from).sort()).toEqual([
      'sync beside.blocks',
      'sync beside.evidence',
      'sync beside.json',
      'sync ready',
    ]);
  },
);
