import { versionOfEntry } from '../../../../src/disk/boot/entry-version.ts';
import { readGrubMenu } from '../../../../src/disk/boot/grub/read-grub.ts';
import { formatMenuFile } from '../../../../src/disk/boot/menu-files.ts';
import { bootPlaces, type MadeVolume } from '../places.ts';

/** A menu in a form to compare: the places of files, without the volumes themselves. */
export interface ShownMenu {
  chosen?: {
    loader: string;
    title: string | undefined;
    version: string | undefined;
    kernel: string;
    initrd: string[];
    cmdline: string | undefined;
  };
  /** Of the chosen entry. */
  id?: string;
  ids: string[];
  warnings: string[];
}

/** The menu of GRUB on a disk of these volumes. */
export async function shownMenu(volumes: readonly MadeVolume[]): Promise<ShownMenu> {
  const menu = await readGrubMenu(bootPlaces(volumes));
  if (menu === undefined) throw new Error('there is no menu');
  const { chosen, entries, warnings } = menu;
  const ids = entries.map(({ id }) => id);
  if (chosen === undefined) return { ids, warnings };
  if (!entries.includes(chosen)) throw new Error('the chosen entry is not of the menu');
  const { kernel, initrd, loader, title, cmdline, id } = chosen;
  const shown = {
    loader,
    title,
    version: versionOfEntry(chosen),
    kernel: formatMenuFile(kernel),
    initrd: initrd.map(formatMenuFile),
    cmdline,
  };
  return { chosen: shown, id, ids, warnings };
}

/** The menu of a root that holds one configuration. */
export async function menuOfText(
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<ShownMenu> {
  return await shownMenu([
    { uuid: 'abcd', root: true, files: { '/boot/grub/grub.cfg': text, ...more } },
  ]);
}
