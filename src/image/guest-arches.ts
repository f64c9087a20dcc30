import type { ByteSource } from '../contracts/bytes.ts';
import type { Arch } from '../kit/arch.ts';
import { findEfiPartitions } from './efi-partitions.ts';
import { openFat } from './fat-folder.ts';
import { archOfPe } from './kernel.ts';

/**
 * The architectures whose firmware finds a boot loader on a raw disk: those of the programs in `\EFI\BOOT` of its EFI
 * system partitions. Empty where there is nothing of the kind, which says nothing.
 */
export async function findGuestArches(disk: ByteSource): Promise<Arch[]> {
  const arches = new Set<Arch>();
  for (const place of await findEfiPartitions(disk)) {
    const volume = await openFat(disk, place);
    const efi = (await volume?.root())?.find(({ name, isFolder }) => isFolder && name === 'EFI');
    if (volume === undefined || efi === undefined) continue;
    const boot = (await volume.list(efi)).find(({ name, isFolder }) => isFolder && name === 'BOOT');
    if (boot === undefined) continue;
    for (const file of await volume.list(boot)) {
      // Firmware starts BOOTX64.EFI and its like, and nothing else by itself.
      if (file.isFolder || !/^BOOT.*\.EFI$/.test(file.name)) continue;
      const arch = archOfPe(await volume.head(file));
      if (arch !== undefined) arches.add(arch);
    }
  }
  return [...arches];
}
