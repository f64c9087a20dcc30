import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './system-packages.ts';

/** Modules and images of GRUB for a PC with a BIOS; Debian: grub-pc-bin. */
export const grub = '/usr/lib/grub/i386-pc';
const modules = ['biosdisk', 'part_gpt', 'ext2', 'normal'];

/**
 * Installs GRUB on a disk like `grub-install`, which would need a block device: its first sector goes into the first
 * sector of the disk, and the rest to `position`, the start of a BIOS boot partition. `/boot` is the fourth partition.
 * Source: the comments in GRUB's boot/i386/pc/boot.S and diskboot.S.
 */
export async function makeBootable(disk: string, position: number): Promise<void> {
  const image = `${disk}.grub`;
  const prefix = '(hd0,gpt4)/grub';
  run('grub-mkimage', ['-O', 'i386-pc', '-d', grub, '-p', prefix, '-o', image, ...modules]);
  const core = await readFile(image);
  run('rm', [image]);
  const boot = await readFile(join(grub, 'boot.img'));
  const sector = position / 512;
  // boot.S, kernel_sector: where the first sector of the rest is.
  boot.writeBigUInt64LE(BigInt(sector), 0x5c);
  // diskboot.S: the last entry of its block list is at the end of the sector: the start changes, the length is already
  // right.
  core.writeBigUInt64LE(BigInt(sector + 1), 512 - 12);
  const handle = await open(disk, 'r+');
  try {
    // The rest of the first sector is the partition table.
    await handle.write(boot, 0, 440, 0);
    await handle.write(core, 0, core.length, position);
  } finally {
    await handle.close();
  }
}
