import { describe, expect, test } from 'vitest';
import { vhdChecksum } from '../../../formats/vhd/checksum.ts';
import { vhd, vhdWriter } from '../../../formats/vhd.ts';
import { content } from '../qcow2/disk.ts';
import { diskOf, writeDisk } from '../writing/write-disk.ts';
import { writerProperties } from '../writing/writer-properties.ts';

const MiB = 1024 * 1024;

describe('a fixed VHD', () => {
  writerProperties({
    writer: vhdWriter,
    reader: vhd,
    roundBytes: MiB,
    qemuFormat: 'vpc',
    canCheck: false,
    maxBytes: 2040 * 1024 * MiB,
    overheadBytes: 4096,
  });

  test('ends with a footer that Azure accepts', async () => {
    const parts = [{ position: 4096, bytes: content('noise', 1, 512) }];
    const { bytes } = await writeDisk(vhdWriter, diskOf(3 * MiB + 512, parts));
    expect(bytes.length).toBe(4 * MiB + 512);
    const footer = Buffer.from(bytes.subarray(-512));
    expect(footer.toString('latin1', 0, 8)).toBe('conectix');
    expect(footer.readUInt32BE(8)).toBe(2);
    expect(footer.readBigUInt64BE(16)).toBe(0xffff_ffff_ffff_ffffn);
    // No time.
    expect(footer.readUInt32BE(24)).toBe(0);
    expect(footer.readBigUInt64BE(40)).toBe(BigInt(4 * MiB));
    expect(footer.readBigUInt64BE(48)).toBe(BigInt(4 * MiB));
    expect(footer.readUInt32BE(60)).toBe(2);
    expect(footer.readUInt32BE(64)).toBe(vhdChecksum(footer, 64));
  });

  // Sectors, then cylinders, heads and sectors per track, as the specification computes them.
  test.each([
    [8192, [120, 4, 17]],
    [204_800, [1003, 12, 17]],
    [2_097_152, [2080, 16, 63]],
    [419_430_400, [65535, 16, 255]],
  ])('the geometry of %i sectors', async (sectors, geometry) => {
    const disk = { virtualSize: sectors * 512, extents: [], read: async () => new Uint8Array(0) };
    let footer = Buffer.alloc(0);
    const out = {
      setSize: async () => {},
      write: async (_: number, bytes: Uint8Array) => {
        footer = Buffer.from(bytes);
      },
    };
    const { signal } = new AbortController();
    const tasks = { width: 1, run: <T>(task: () => Promise<T>) => task() };
    await vhdWriter.write(disk, out, { signal, log: () => {}, tasks, options: {} });
    expect([footer.readUInt16BE(56), footer[58], footer[59]]).toEqual(geometry);
  });
});
