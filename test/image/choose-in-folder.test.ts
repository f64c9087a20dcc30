import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { convertImage } from '../../src/index.ts';
import { makeDisk, sha256, sha256File } from '../fixtures/line.ts';
import { makeImage } from '../fixtures/signed-line.ts';
import { tarArchive, tarFile, tarHeader } from '../formats/make-tar.ts';
import { zipArchive } from '../formats/make-zip.ts';

const disk = makeDisk(2 * 1024 ** 2, 1);
const image = makeImage(1);
const folderOf = (name: string): Uint8Array => tarHeader({ name, type: '5' });
const link = tarHeader({ name: 'disk/latest', type: '2', link: 'disk.img' });

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(bytes: Uint8Array, entry = 'disk/') {
  await writeFile(join(folder, 'input'), bytes);
  return await convertImage(join(folder, 'input'), join(folder, 'output'), { entry });
}

/** A stream is read as it comes; for a complete file every name is known first. */
const ways: [string, (...members: Uint8Array[]) => Uint8Array][] = [
  ['tar', tarArchive],
  ['tar.gz', (...members) => gzipSync(tarArchive(...members))],
];

describe.each(ways)('the only file in a folder of a %s', (_, pack) => {
  test.each([
    ['with the folder', [folderOf('disk/'), tarFile('disk/disk.img', image)]],
    ['with ./ before it', [folderOf('./disk/'), tarFile('./disk/disk.img', image)]],
    ['among files elsewhere', [tarFile('etc/a', 'x'), tarFile('disk/a', image), tarFile('z', 'x')]],
    ['beside a link', [link, tarFile('disk/disk.img', image)]],
    ['deeper in it', [tarFile('disk/deep/a.img', image)]],
  ])('is the disk: %s', async (_, members) => {
    await run(pack(...members));
    expect(await sha256File(join(folder, 'output'))).toBe(sha256(disk));
  });

  test.each<[string, Uint8Array[], string, RegExp]>([
    [
      'two files',
      [tarFile('disk/a.img', image), tarFile('disk/b.img', image)],
      'ambiguous-content',
      /"disk\/a\.img".*"disk\/b\.img"/,
    ],
    [
      'a text followed by the disk',
      [tarFile('disk/README', 'read me'), tarFile('disk/b.img', image)],
      'ambiguous-content',
      /"disk\/README".*"disk\/b\.img"/,
    ],
    [
      'no file',
      [folderOf('disk/'), tarFile('boot/a', 'x'), tarFile('disks/a', image)],
      'not-an-image',
      /"disk\/", only "boot\/a", "disks\/a"/,
    ],
    [
      'a file that deletes one of another layer',
      [tarFile('disk/.wh.old.img', ''), tarFile('disk/disk.img', image)],
      'unsupported-variant',
      /deletes files of another one: "disk\/\.wh\.old\.img"/,
    ],
  ])('must be chosen: %s', async (_, members, reason, message) => {
    await expect(run(pack(...members))).rejects.toMatchObject({
      message: expect.stringMatching(message),
      details: { reason },
    });
  });
});

test('the only file in a folder of a zip is the disk', async () => {
  const more = { name: 'disk/b.img', content: 'x' };
  const members = [
    { name: 'a', content: 'x' },
    { name: 'disk/disk.img', content: image },
  ];
  await run(zipArchive(members));
  expect(await sha256File(join(folder, 'output'))).toBe(sha256(disk));
  await rm(join(folder, 'output'));
  await expect(run(zipArchive([...members, more]))).rejects.toMatchObject({
    details: { reason: 'ambiguous-content' },
  });
});
