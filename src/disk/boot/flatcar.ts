import type { BootPlaces, Menu, MenuEntry } from './menu.ts';
import { namesInFolder } from './names-in-folder.ts';

/**
 * The kernels of Flatcar, on the EFI system partition beside a configuration that is compiled into GRUB: `-a` and
 * `-b` belong to the partitions USR-A and USR-B. `undefined` on another disk.
 */
export async function readFlatcarMenu({ esps }: BootPlaces): Promise<Menu | undefined> {
  const entries: MenuEntry[] = [];
  for (const volume of esps) {
    const names = await namesInFolder(volume.files, '/flatcar');
    for (const name of names.filter((one) => /^vmlinuz-[ab]$/.test(one))) {
      const kernel = { volume, path: `/flatcar/${name}` };
      entries.push({ loader: 'files', id: name, kernel, initrd: [] });
    }
  }
  const [chosen] = entries;
  if (chosen === undefined) return undefined;
  const warnings = [
    `The configuration of Flatcar's GRUB is not on the disk: ${chosen.id} was taken, its initrd is inside, and its command line is the one that Flatcar documents.`,
  ];
  return { entries, chosen, warnings };
}
