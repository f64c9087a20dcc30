import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gzip } from '../../formats/gzip.ts';
import { ova } from '../../formats/ova.ts';
import { raw } from '../../formats/raw.ts';
import { tar } from '../../formats/tar.ts';
import { zip } from '../../formats/zip.ts';
import { createRootdisk } from '../../src/create-rootdisk.ts';
import { type Member, manifestLine, ovaArchive, ovf } from './make-ova.ts';
import { sparseMember } from './make-sparse-tar.ts';
import { tarArchive, tarFile } from './make-tar.ts';
import { zipArchive } from './make-zip.ts';
import { diskLikeBytes, sha256 } from './shared/decoding.ts';

const formats = [raw, gzip, tar, zip, ova];
const convert = createRootdisk({ formats }).convertImage;
const inspect = createRootdisk({ formats }).inspectImage;

/** A disk with one partition. */
const disk = diskLikeBytes(3 * 2 ** 20);
disk.fill(0, 440, 512);
disk.set([0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0], 446);
disk.set([0x55, 0xaa], 510);

const text = 'some text that is no disk at all\n';
const vm: Member = ['vm.ovf', ovf({ files: [{ href: 'disk.img', id: 'file1' }] })];
const img: Member = ['disk.img', disk];
const sparse = sparseMember('disk.img', { size: 2 ** 22, extents: [[0, disk]] }, 'old GNU');
const expanded = Buffer.concat([disk, new Uint8Array(2 ** 20)]);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-layers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(bytes: Uint8Array, options: { from?: string[]; entry?: string } = {}) {
  const input = join(folder, 'input');
  await writeFile(input, bytes);
  await rm(join(folder, 'output'), { force: true });
  return await convert(input, join(folder, 'output'), options);
}

describe('a disk', () => {
  test.each<[string, string[], Uint8Array, Uint8Array]>([
    ['in tar', ['tar', 'raw'], tarArchive(tarFile(...img)), disk],
    ['in tar.gz', ['gz', 'tar', 'raw'], gzipSync(tarArchive(tarFile(...img))), disk],
    ['sparse in tar.gz', ['gz', 'tar', 'raw'], gzipSync(tarArchive(sparse)), expanded],
    [
      'gzipped in tar',
      ['tar', 'gz', 'raw'],
      tarArchive(tarFile('disk.img.gz', gzipSync(disk))),
      disk,
    ],
    ['in zip', ['zip', 'raw'], zipArchive([{ name: 'disk.img', content: disk }]), disk],
    [
      'stored in zip',
      ['zip', 'raw'],
      zipArchive([{ name: 'disk.img', content: disk, method: 0 }]),
      disk,
    ],
    [
      'in zip.gz',
      ['gz', 'zip', 'raw'],
      gzipSync(zipArchive([{ name: 'disk.img', content: disk }])),
      disk,
    ],
    ['in OVA', ['ova', 'raw'], ovaArchive(vm, img, ['vm.mf', manifestLine(img)]), disk],
    [
      'in OVA.gz',
      ['gz', 'ova', 'raw'],
      gzipSync(ovaArchive(vm, img, ['vm.mf', manifestLine(img)])),
      disk,
    ],
    ['gzipped in OVA', ['ova', 'gz', 'raw'], ovaArchive(vm, ['disk.img', gzipSync(disk)]), disk],
  ])('%s', async (_, layers, bytes, wanted) => {
    const made = await run(bytes);
    expect([made.layers, made.virtualSize]).toEqual([layers, wanted.length]);
    expect(sha256(await readFile(made.path))).toBe(sha256(wanted));
    expect((await inspect(join(folder, 'input'))).layers).toEqual(layers);
    await run(bytes, { from: layers });
  });

  const several = [
    ['tar', tarArchive(tarFile('a', text), tarFile(...img), tarFile('b', text))],
    [
      'zip',
      zipArchive([
        { name: 'a', content: text },
        { name: 'disk.img', content: disk },
        { name: 'b' },
      ]),
    ],
  ] as const;
  test.each(several)('among others in %s, by its name', async (_, bytes) => {
    const { path } = await run(bytes, { entry: 'disk.img' });
    expect(sha256(await readFile(path))).toBe(sha256(disk));
  });
});

describe('no disk is left after', () => {
  const two = {
    files: ['a', 'b'].map((id) => ({ href: `${id}.img`, id })),
    disks: [{ fileRef: 'a' }, { fileRef: 'b' }],
  };
  const zeros = '0'.repeat(64);
  test.each<[string, string, Uint8Array]>([
    ['of several in tar', 'ambiguous-content', tarArchive(tarFile(...img), tarFile('b', text))],
    [
      'of several in zip',
      'ambiguous-content',
      zipArchive([{ name: 'a', content: disk }, { name: 'b' }]),
    ],
    [
      'of two in OVA',
      'ambiguous-content',
      ovaArchive(['vm.ovf', ovf(two)], ['a.img', disk], ['b.img', disk]),
    ],
    ['of an empty zip', 'not-an-image', zipArchive([])],
    [
      'whose CRC32 is wrong',
      'checksum',
      zipArchive([{ name: 'a', content: disk, local: { crc: 1 }, central: { crc: 1 } }]),
    ],
    [
      'whose digest comes last and is wrong',
      'checksum',
      ovaArchive(vm, img, ['vm.mf', manifestLine(img, 'SHA256', zeros)]),
    ],
    [
      'whose path goes through a later link',
      'unsafe-path',
      tarArchive(tarFile('b/disk.img', disk), tarFile('b', '', { type: '2', link: '/etc' })),
    ],
  ])('%s', async (_, reason, bytes) => {
    for (const packed of [bytes, gzipSync(bytes)]) {
      await expect(run(packed)).rejects.toMatchObject({ details: { reason } });
      expect(await readdir(folder)).toEqual(['input']);
    }
  });
});
