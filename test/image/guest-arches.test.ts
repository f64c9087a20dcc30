import { describe, expect, test } from 'vitest';
import { findGuestArches } from '../../src/image/guest-arches.ts';
import { SteppedSource } from '../formats/stepped-source.ts';
import { makeEfiDisk } from './make-efi-disk.ts';

const amd64 = 0x8664;
const arm64 = 0xaa64;

const read = (disk: Uint8Array) => findGuestArches(new SteppedSource(disk, 'whole'));

describe('the boot loader of a disk', () => {
  test.each([
    ...([12, 16, 32] as const).map((fat) => ({ fat, table: 'gpt' as const })),
    { fat: 16 as const, table: 'mbr' as const },
  ])('says what it is for: FAT$fat, $table', async (options) => {
    const disk = makeEfiDisk({ 'BOOTAA64.EFI': arm64, 'FBAA64.EFI': amd64 }, options);
    expect(await read(disk)).toEqual(['arm64']);
  });

  test('can be there for several machines', async () => {
    const disk = makeEfiDisk({ 'BOOTX64.EFI': amd64, 'BOOTIA32.EFI': 0x14c });
    expect(await read(disk)).toEqual(['amd64', '386']);
  });

  test('says nothing where it is none that is known', async () => {
    expect(await read(makeEfiDisk({}))).toEqual([]);
    expect(await read(makeEfiDisk({ 'BOOTX64.EFI': 0xffff }))).toEqual([]);
    expect(await read(Buffer.alloc(4096))).toEqual([]);
    expect(await read(Buffer.alloc(0))).toEqual([]);
  });
});

test('damage anywhere in the tables is met with silence, never with a crash or a long search', async () => {
  const disk = makeEfiDisk({ 'BOOTX64.EFI': amd64 });
  const places = [446, 512, 1024, 2048 * 512].flatMap((start) =>
    Array.from({ length: 96 }, (_, index) => start + index),
  );
  for (const place of places) {
    for (const value of [0x00, 0xff, 0x7f]) {
      const before = disk[place] ?? 0;
      disk[place] = value;
      expect((await read(disk)).length).toBeLessThanOrEqual(1);
      disk[place] = before;
    }
  }
  // A folder whose clusters run in a circle.
  const looped = makeEfiDisk({ 'BOOTX64.EFI': amd64 });
  looped.writeUInt16LE(3, 2048 * 512 + 512 + 2 * 3);
  expect((await read(looped)).length).toBeLessThanOrEqual(1);
});
