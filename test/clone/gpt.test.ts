import { copyFile, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cloneDisk } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { attach, whyNoLoops } from '../convert/device/loop-device.ts';
import { hasProgram } from '../seed/read-back.ts';
import { type GptOptions, makeGptDisk } from './gpt-disk.ts';
import { MiB, tryProgram } from './sparse-disk.ts';

const small = 16 * MiB;
const large = 48 * MiB;
const one: GptOptions = { sizeBytes: small, partitions: [[2048, 16_383]] };
const wide: GptOptions = { sectorBytes: 4096, sizeBytes: small, partitions: [[256, 2047]] };

async function grown(
  options: GptOptions,
  size = large,
): Promise<{ disk: string; out: string; gpt: unknown }> {
  const folder = await tempDir();
  const [disk, out] = [join(folder, 'disk.raw'), join(folder, 'vm.raw')];
  await makeGptDisk(disk, options);
  const { gpt } = await cloneDisk(disk, out, { size, fixGpt: true });
  return { disk, out, gpt };
}

/** Fields of both headers, and where the entries of the backup are. */
async function readTables(path: string, sectorBytes = 512): Promise<Record<string, number>> {
  const disk = await readFile(path);
  const last = Math.floor(disk.length / sectorBytes) - 1;
  const lba = (sector: number, offset: number): number =>
    Number(disk.readBigUInt64LE(sector * sectorBytes + offset));
  expect(disk.toString('latin1', last * sectorBytes, last * sectorBytes + 8)).toBe('EFI PART');
  return {
    own: lba(1, 24),
    alternate: lba(1, 32),
    lastUsable: lba(1, 48),
    backupOwn: lba(last, 24),
    backupAlternate: lba(last, 32),
    backupLastUsable: lba(last, 48),
    backupEntries: lba(last, 72),
    protective: disk.readUInt32LE(458),
  };
}

describe('the backup of a GUID partition table', () => {
  test('lies at the end of the grown disk, and both headers say so', async () => {
    const { disk, out, gpt } = await grown(one);
    const last = large / 512 - 1;
    expect(gpt).toBe('moved');
    expect(await readTables(out)).toEqual({
      own: 1,
      alternate: last,
      lastUsable: last - 33,
      backupOwn: last,
      backupAlternate: 1,
      backupLastUsable: last - 33,
      backupEntries: last - 32,
      protective: last,
    });
    const [from, to] = [await readFile(disk), await readFile(out)];
    // The partition is what it was, and of the old backup nothing is left.
    expect(to.subarray(2048 * 512, 16_384 * 512)).toEqual(from.subarray(2048 * 512, 16_384 * 512));
    expect(to.subarray(small - 33 * 512, small).every((byte) => byte === 0)).toBe(true);
    expect(to.subarray(-33 * 512, -512)).toEqual(from.subarray(-33 * 512, -512));
  });

  test('of sectors of 4,096 bytes moves as well', async () => {
    const { out, gpt } = await grown(wide);
    const last = large / 4096 - 1;
    expect(gpt).toBe('moved');
    expect(await readTables(out, 4096)).toMatchObject({
      alternate: last,
      lastUsable: last - 5,
      backupEntries: last - 4,
      protective: last,
    });
  });

  test('that has grown by less than its own length keeps what the new one wrote', async () => {
    for (const more of [512, 16 * 512, 32 * 512, 33 * 512]) {
      const { out, gpt } = await grown(one, small + more);
      expect(gpt).toBe('moved');
      const last = (small + more) / 512 - 1;
      expect(await readTables(out)).toMatchObject({ alternate: last, backupEntries: last - 32 });
      const disk = await readFile(out);
      expect(disk.subarray(-33 * 512, -512)).toEqual(disk.subarray(1024, 34 * 512));
    }
  });

  test('stays where the disk does not grow', async () => {
    const { disk, out, gpt } = await grown(one, small);
    expect(gpt).toBe('in-place');
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
  });

  test('stays where it is without the option, and a disk without a table is only longer', async () => {
    const { disk } = await grown(one);
    const plain = join(await tempDir(), 'vm.raw');
    expect(await cloneDisk(disk, plain, { size: large })).not.toHaveProperty('gpt');
    expect((await readFile(plain)).subarray(0, small).equals(await readFile(disk))).toBe(true);
    await writeFile(disk, 'no table');
    const made = await cloneDisk(disk, plain, { size: MiB, fixGpt: true, force: true });
    expect(made).toMatchObject({ gpt: 'absent', sizeBytes: MiB });
  });

  test('moves under a hybrid record, of which no entry is touched', async () => {
    const { disk, out, gpt } = await grown({ ...one, hybrid: [[0x83, 2048, 14_336]] });
    expect(gpt).toBe('moved');
    expect((await readFile(out)).subarray(0, 512)).toEqual((await readFile(disk)).subarray(0, 512));
  });
});

describe('a table that cannot be moved', () => {
  const damages: [string, number, string][] = [
    ['a damaged primary header', 512 + 40, 'wrong checksum'],
    ['damaged entries', 1024 + 32, 'entries with a wrong checksum'],
    ['a header of an impossible length', 512 + 12, 'says its header has'],
  ];
  test.each(damages)('%s is refused, and no clone appears', async (_what, position, message) => {
    const folder = await tempDir();
    const [disk, out] = [join(folder, 'disk.raw'), join(folder, 'vm.raw')];
    await makeGptDisk(disk, one);
    const handle = await open(disk, 'r+');
    await handle.write(Buffer.from([0xff, 0xff]), 0, 2, position);
    await handle.close();
    await expect(cloneDisk(disk, out, { size: large, fixGpt: true })).rejects.toMatchObject({
      code: 'ERR_DECODE',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('--fix-gpt'),
    });
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a partition past the end of a disk that was cut is refused', async () => {
    const folder = await tempDir();
    const disk = join(folder, 'disk.raw');
    await makeGptDisk(disk, one);
    await truncate(disk, 4 * MiB);
    await expect(cloneDisk(disk, join(folder, 'vm.raw'), { fixGpt: true })).rejects.toMatchObject({
      message: expect.stringContaining('past its end'),
    });
  });

  test('bytes that are no backup are not wiped', async () => {
    const folder = await tempDir();
    const [disk, out] = [join(folder, 'disk.raw'), join(folder, 'vm.raw')];
    await makeGptDisk(disk, one);
    const handle = await open(disk, 'r+');
    await handle.write(Buffer.alloc(512, 0xab), 0, 512, small - 512);
    await handle.close();
    await cloneDisk(disk, out, { size: large, fixGpt: true });
    const old = (await readFile(out)).subarray(small - 512, small);
    expect(old.every((byte) => byte === 0xab)).toBe(true);
  });
});

describe('other programs', () => {
  test.skipIf(!hasProgram('sgdisk'))('sgdisk finds no fault', async () => {
    const { disk, out } = await grown(one);
    expect(tryProgram('sgdisk', ['-v', out])).toContain('No problems found');
    // It would tell: a disk that only became longer has its backup in the wrong place.
    const longer = `${disk}.longer`;
    await copyFile(disk, longer);
    await truncate(longer, large);
    expect(tryProgram('sgdisk', ['-v', longer])).not.toContain('No problems found');
  });

  test.skipIf(!hasProgram('sfdisk'))('sfdisk finds no fault', async () => {
    const { out } = await grown(one);
    expect(tryProgram('sfdisk', ['--verify', out])).toContain('No errors detected');
  });

  const obstacle = whyNoLoops() ?? (hasProgram('sfdisk') ? undefined : 'needs sfdisk');
  test.skipIf(obstacle !== undefined)('sfdisk finds none with sectors of 4,096 bytes', async () => {
    const { out } = await grown(wide);
    const device = attach(out, '--sector-size', '4096');
    expect(tryProgram('sfdisk', ['--verify', device])).toContain('No errors detected');
  });
  test.skipIf(obstacle === undefined)(
    `sectors of 4,096 bytes are not tried: ${obstacle}`,
    () => {},
  );

  test.skipIf(!hasProgram('sfdisk'))('sfdisk moves it to the same bytes', async () => {
    const { disk, out } = await grown(one);
    await truncate(disk, large);
    tryProgram('sfdisk', ['--relocate', 'gpt-bak-std', disk]);
    const theirs = await readFile(disk);
    // It leaves the old backup.
    theirs.fill(0, small - 33 * 512, small);
    expect((await readFile(out)).equals(theirs)).toBe(true);
  });

  for (const name of ['sgdisk', 'sfdisk']) {
    test.skipIf(!hasProgram(name))(`${name} is installed`, () => {
      expect(hasProgram(name)).toBe(true);
    });
  }
});
