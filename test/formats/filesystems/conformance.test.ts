import {
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { ext } from '../../../formats/filesystems/ext.ts';
import { fat } from '../../../formats/filesystems/fat.ts';
import { lvm } from '../../../formats/filesystems/lvm.ts';
import { partitions } from '../../../formats/filesystems/partitions.ts';
import { buildRawDisk, checkFileSystem, checkVolumes } from '../../../src/testing/index.ts';
import { hasProgram, runProgram } from '../../seed/read-back.ts';
import { describeGroup, extentBytes, makePhysicalVolume, segment } from './lvm-volume.ts';

const MiB = 1024 * 1024;
const files = { '/one.txt': Buffer.from('one\n'), '/two.bin': Buffer.alloc(30_000, 'two ') };

/** A volume that `make` fills from the folder, or into which it copies these files. */
function madeWith(make: (disk: string, folder: string, paths: string[]) => void): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'rootdisk-conformance-'));
  try {
    const paths = Object.entries(files).map(([path, bytes]) => {
      writeFileSync(join(folder, path), bytes);
      return join(folder, path);
    });
    const disk = `${folder}.disk`;
    writeFileSync(disk, '');
    truncateSync(disk, MiB);
    make(disk, folder, paths);
    const bytes = readFileSync(disk);
    rmSync(disk);
    return bytes;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!hasProgram('mke2fs'))('ext', () => {
  const makeExt = (kind: string): Uint8Array =>
    madeWith((disk, folder) => {
      symlinkSync('one.txt', join(folder, 'link'));
      runProgram('mke2fs', ['-q', '-F', '-t', kind, '-d', folder, disk]);
    });
  const kinds = hasProgram('mke2fs') ? ['ext2', 'ext4'] : [];
  const samples = kinds.map((name) => {
    return { name, bytes: makeExt(name), files, links: { '/link': 'one.txt' } };
  });
  for (const { title, run } of checkFileSystem(ext, samples)) it(title, run);
});

const hasFat = hasProgram('mkfs.vfat') && hasProgram('mcopy');
describe.skipIf(!hasFat)('FAT', () => {
  const make = (): Uint8Array =>
    madeWith((disk, _, paths) => {
      runProgram('mkfs.vfat', [disk]);
      runProgram('mcopy', ['-i', disk, ...paths, '::/']);
    });
  const samples = hasFat ? [{ name: 'FAT12', bytes: make(), files, unmarked: true }] : [];
  for (const { title, run } of checkFileSystem(fat, samples)) it(title, run);
});

describe('LVM2', () => {
  const status = 'status = ["READ", "WRITE", "VISIBLE"]';
  const text = describeGroup(`root {\n${status}\n${segment(1, 0, 2, '"pv0", 3')}}`);
  const bytes = makePhysicalVolume(text);
  const root = Buffer.alloc(2 * extentBytes, 3).fill(4, extentBytes);
  for (const { title, run } of checkVolumes(lvm, { bytes, volumes: { 'ol/root': root } })) {
    it(title, run);
  }
});

describe('partitions', () => {
  const bytes = buildRawDisk({ virtualSize: 4 * MiB });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const offset = view.getUint32(446 + 8, true) * 512;
  const p1 = bytes.subarray(offset, offset + view.getUint32(446 + 12, true) * 512);
  for (const { title, run } of checkVolumes(partitions, { bytes, volumes: { p1 } })) {
    it(title, run);
  }
});
