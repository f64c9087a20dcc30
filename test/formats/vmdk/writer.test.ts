import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { vmdk, vmdkWriter } from '../../../formats/vmdk.ts';
import { decodeDisk } from '../decode-disk.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { RawFile, writeFileOf } from '../writing/write-file.ts';
import { writerProperties } from '../writing/writer-properties.ts';

const MiB = 1024 * 1024;

describe('a streamOptimized VMDK', () => {
  writerProperties({
    writer: vmdkWriter,
    reader: vmdk,
    roundBytes: 512,
    qemuFormat: 'vmdk',
    canCheck: false,
    maxBytes: 2000 * 1024 * MiB,
    overheadBytes: 96 * 1024,
  });

  test('has several grain tables, some of them absent, and is the same for any number of threads', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rootdisk-vmdk-writer-'));
    const virtualSize = 131 * MiB + 512;
    const extents = [
      { position: 700, bytes: content('text', 1, 5 * MiB) },
      { position: 31 * MiB, bytes: content('noise', 2, 2 * MiB) },
      { position: 130 * MiB, bytes: content('text', 3, MiB + 512) },
    ];
    await using disk = await RawFile.create(join(folder, 'disk.raw'), virtualSize, extents);
    const images: Buffer[] = [];
    for (const width of [1, 12]) {
      const tasks = { width, run: <T>(task: () => Promise<T>) => task() };
      await writeFileOf(vmdkWriter, disk, join(folder, 'disk.vmdk'), { tasks });
      images.push(await readFile(join(folder, 'disk.vmdk')));
    }
    const [one = Buffer.alloc(0), many = Buffer.alloc(0)] = images;
    expect(Buffer.compare(one, many)).toBe(0);
    expect((await decodeDisk(vmdk, many)).sha256()).toBe(digestOf(virtualSize, extents));
    const sector = (at: number): Buffer => many.subarray(at, at + 512);
    expect([sector(0).readBigUInt64LE(56), sector(0).readUInt32LE(4)]).toEqual([2n ** 64n - 1n, 3]);
    const footer = sector(many.length - 1024);
    const directory = Number(footer.readBigUInt64LE(56)) * 512;
    const tables = [0, 1, 2, 3, 4].map((table) => many.readUInt32LE(directory + table * 4) !== 0);
    expect(tables).toEqual([true, true, false, false, true]);
    expect(sector(many.length - 512).every((byte) => byte === 0)).toBe(true);
    expect(many.toString('latin1', 512, 2048)).toMatch(
      /^# Disk DescriptorFile\nversion=1\nCID=[0-7][0-9a-f]{7}\nparentCID=ffffffff\ncreateType="streamOptimized"\n/,
    );
    await rm(folder, { recursive: true });
  });
});
