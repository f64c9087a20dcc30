import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDisk } from '../fixtures/line.ts';
import { show } from './pages/in-terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-unwritable-'));
  await writeFile(join(folder, 'disk.raw'), makeDisk());
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said on stderr of a path that cannot be written. */
async function hintOf(line: string): Promise<string> {
  const text = await show(line.split(' '), 'pipe', folder);
  expect(text).toMatch(/rootdisk: .*\nhint: .*\ncode: ERR_(CACHE_IO|INVALID_REQUEST)/);
  return /hint: (.*)/.exec(text)?.[1] ?? '';
}

const cannotBeMade =
  'Choose another cache folder with cacheDir (--cache-dir): this one cannot be made.';
const noFolder = 'Name a file in a folder that exists and takes new files.';
const notBelowFile = 'Name a file in a folder: a part of this path is a file.';

describe.skipIf(process.platform !== 'linux')('a path that cannot be written', () => {
  test.each([
    ['ensure disk.raw --cache-dir /proc/x', cannotBeMade],
    [
      'ensure disk.raw --cache-dir /dev/null',
      'Choose another cache folder with cacheDir (--cache-dir), or move this file away.',
    ],
    ['convert disk.raw /proc/x', noFolder],
    ['convert disk.raw none/out.raw', noFolder],
    ['convert disk.raw disk.raw/out.raw', notBelowFile],
    ['convert disk.raw disk.raw/out.vhdx', notBelowFile],
    ['seed none/seed.iso --hostname web', noFolder],
    ['seed disk.raw/seed.iso --hostname web', notBelowFile],
    ['cache export none/out.tar --cache-dir cache', noFolder],
    ['cache export disk.raw/out.tar --cache-dir cache', notBelowFile],
  ])('%s', async (line, hint) => {
    expect(await hintOf(line)).toBe(hint);
  });
});
