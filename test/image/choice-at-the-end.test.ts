import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { convertImage } from '../../src/index.ts';
import { makeDisk } from '../fixtures/line.ts';
import { tarArchive, tarFile } from '../formats/make-tar.ts';

const disk = makeDisk(300 * 1024);
const raw = tarFile('disk.raw', disk);
const notes = tarFile('README', 'This is no disk.\n');
/** A qcow2 header of version 9. */
const odd = tarFile('odd.qcow2', Buffer.from('QFI\xfb\0\0\0\x09'.padEnd(600, 'x'), 'latin1'));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-choice-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(bytes: Uint8Array, entry?: string) {
  await writeFile(join(folder, 'input'), bytes);
  return await convertImage(join(folder, 'input'), join(folder, 'output'), { entry });
}

const packings: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['tar', (bytes) => bytes],
  ['tar.gz', (bytes) => gzipSync(bytes)],
];

describe.each(packings)('in %s', (_, pack) => {
  test.each<[string, Uint8Array[]]>([
    ['the first is not a disk', [notes, raw]],
    ['the last is not a disk', [raw, notes]],
    ['the first is of an unknown version', [odd, raw]],
    ['the first is empty', [tarFile('empty', ''), raw]],
  ])('a choice is required if %s', async (_title, members) => {
    await expect(run(pack(tarArchive(...members)))).rejects.toMatchObject({
      details: { reason: 'ambiguous-content' },
      message: expect.stringContaining('"disk.raw"'),
      hint: expect.stringContaining('--entry'),
    });
    expect(await readdir(folder)).toEqual(['input']);
    const { path } = await run(pack(tarArchive(...members)), 'disk.raw');
    expect(Buffer.compare(await readFile(path), disk)).toBe(0);
  });

  test('the only member is refused with the reason of its format', async () => {
    await expect(run(pack(tarArchive(notes)))).rejects.toMatchObject({
      details: { reason: 'not-an-image' },
      message: expect.stringContaining('text'),
    });
  });

  test('a named member is refused with the reason of its format', async () => {
    await expect(run(pack(tarArchive(notes, raw)), 'README')).rejects.toMatchObject({
      details: { reason: 'not-an-image' },
      message: expect.stringContaining('text'),
    });
  });
});
