import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRootdisk } from '../../src/create-rootdisk.ts';
import { builtIns } from '../../src/index.ts';
import { type Archive, defineFormat, hasMagic } from '../../src/kit.ts';
import { makeDisk } from '../fixtures/line.ts';
import { ovaArchive, ovf } from '../formats/make-ova.ts';
import { tarArchive, tarFile } from '../formats/make-tar.ts';
import { zipArchive } from '../formats/make-zip.ts';
import { wholeSource } from '../formats/shared/byte-sources.ts';

const disk = makeDisk(300 * 1024);

/** An archive reader from before the choice existed. */
const box: Archive = defineFormat({
  kind: 'archive',
  id: 'box',
  detect: ({ head }) => hasMagic(head, 'BOX'),
  async *entries() {
    for (const name of ['a.raw', 'b.raw']) {
      yield { name, sizeBytes: disk.length, source: wholeSource(disk), finish: async () => {} };
    }
  },
} satisfies Archive);

const convert = createRootdisk({ formats: [...builtIns.formats, box] }).convertImage;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-member-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(bytes: Uint8Array, entry?: string) {
  await writeFile(join(folder, 'input'), bytes);
  return await convert(join(folder, 'input'), join(folder, 'output'), { entry });
}

const names = ['disk.raw', 'a "b".raw', ...Array.from({ length: 12 }, (_, i) => `${i}`)];
const described = ovf({
  files: ['a', 'b'].map((id) => ({ href: `${id}.img`, id })),
  disks: [{ fileRef: 'a' }, { fileRef: 'b' }],
});
// The members after the descriptor are missing: the choice is required before that is noticed.
const cutOva = ovaArchive(['vm.ovf', described]).subarray(0, 2048);
const cut = Buffer.concat([cutOva, tarFile('a.img', disk).subarray(0, 4096)]);
// Nothing here can be unpacked.
const packed = zipArchive(names.map((name) => ({ name, content: 'x', method: 98 })));

test.each([
  ['zip', packed, /"disk\.raw", "a \\"b\\"\.raw", "0".* and 4 more$/],
  ['OVA', cut, /"a\.img", "b\.img"$/],
])('several members of a %s are named before any is read', async (_, bytes, message) => {
  await expect(run(bytes)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringContaining('--entry'),
    details: { reason: 'ambiguous-content' },
  });
  expect(await readdir(folder)).toEqual(['input']);
});

test.each([
  ['zip', packed, /"c\.raw", only "disk\.raw", .* and 4 more$/],
  ['OVA', cut, /"c\.raw", only "a\.img", "b\.img"$/],
  ['tar', tarArchive(tarFile('a', ''), tarFile('b', '')), /"c\.raw", only "a", "b"$/],
  ['box', Buffer.from('BOX'), /"c\.raw", only "a\.raw", "b\.raw"$/],
])(
  'a member that does not exist in a %s is refused, with the existing ones',
  async (_, bytes, message) => {
    await expect(run(bytes, 'c.raw')).rejects.toMatchObject({
      message: expect.stringMatching(message),
      details: { reason: 'not-an-image' },
    });
  },
);

test('an archive reader without support for choices works as before', async () => {
  expect((await run(Buffer.from('BOX'), 'b.raw')).layers).toEqual(['box', 'raw']);
  await rm(join(folder, 'output'));
  await expect(run(Buffer.from('BOX'))).rejects.toMatchObject({
    message: expect.stringMatching(/"a\.raw" and "b\.raw"$/),
    details: { reason: 'ambiguous-content' },
  });
});
