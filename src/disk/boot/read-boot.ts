import type { DiskBoot, DiskBootOptions } from '../../contracts/disk/boot.ts';
import { defined } from '../../kit/defined.ts';
import type { FoundRoot } from '../find-roots.ts';
import { chooseMenu } from './choose-menu.ts';
import { findEntryRoot, type RootedDisk } from './entry-root.ts';
import { openBootEntry } from './open-boot-entry.ts';
import { describeMenu, pickEntry } from './pick-entry.ts';
import { findBootPlaces } from './places.ts';

/** How the system on a disk boots, and its root if the entry determines it. */
export interface ReadBoot {
  boot: DiskBoot;
  root?: FoundRoot;
}

/**
 * Reads the boot configuration of a disk. Throws `ERR_NOT_FOUND` if there is none, and `DecodeError` if a file cannot
 * be read completely or the kernel file is not a kernel.
 */
export async function readBoot(
  disk: RootedDisk,
  { kernel }: DiskBootOptions = {},
): Promise<ReadBoot> {
  const places = await findBootPlaces(disk.volumes, disk.roots);
  const menu = await chooseMenu(places, disk);
  const picked = pickEntry(menu, kernel);
  const entry = await openBootEntry(picked, picked === menu.chosen);
  const [, arch] = entry.kernel.kind.split('/');
  const { root, warnings } = await findEntryRoot(picked, arch, disk);
  const system = root?.about.system ?? picked.system;
  const boot = {
    entry,
    menu: describeMenu(menu),
    warnings: [...menu.warnings, ...warnings],
    ...defined({ system }),
  };
  return { boot, ...defined({ root }) };
}
