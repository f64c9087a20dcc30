import { describe, expect, test } from 'vitest';
import { readDisk, readDiskRows } from './disk-rows.ts';
import { answerOf, openVolume } from './open-volume.ts';

const rows = readDiskRows();

/** Disks whose volume is refused with its name, and a word of the message. */
const refused = [
  ['named-mdraid.gz', 'root', 'mdraid'],
  ['named-squashfs.gz', 'root', 'squashfs'],
  ['named-zfs.gz', 'root', 'ZFS'],
  ['freebsd-ufs.gz', 'root', 'UFS2'],
  ['coreos-layout-squashfs.gz', 'usr', 'squashfs'],
  ['luks2-boot.gz', 'root', 'LUKS2 with UUID'],
  ['bad-lvm-size.gz', 'root', 'LVM2'],
  ['bad-lvm-striped.gz', 'root', 'of type thin'],
] as const;

describe('recognized but unsupported volumes', () => {
  test.for(refused)('%s', async ([file, volume, word]) => {
    const row = rows.find((one) => one.file === file);
    if (row === undefined) throw new Error(`the row ${file} is gone`);
    const opened = openVolume(row, readDisk(row), volume);
    expect(row.expect).toContain(await answerOf(opened));
    await expect(opened).rejects.toThrow(word);
  });
});
