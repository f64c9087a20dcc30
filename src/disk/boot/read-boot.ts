import type { DiskBoot, DiskBootOptions } from '../../contracts/disk/boot.ts';
import { defined } from '../../kit/defined.ts';
import type { FoundRoot } from '../find-roots.ts';
import { chooseMenu } from './choose-menu.ts';
import { findEntryRoot, type RootedDisk } from './entry-root.ts';
import { openBootEntry } from './open-boot-entry.ts';
import { describeMenu, pickEntry } from './pick-entry.ts';
import { findBootPlaces } from './places.ts';

/** How the system of a disk starts, and its root where the entry tells which one that is. */
export interface ReadBoot {
  boot: DiskBoot;
  root?: FoundRoot;
}

/**
 * Reads what the boot loader of a disk reads. Nothing there is `ERR_NOT_FOUND`; what cannot be read whole, and a kernel that is
 * none, are a `DecodeError`.
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
