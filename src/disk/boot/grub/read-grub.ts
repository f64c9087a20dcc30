import { defined } from '../../../kit/defined.ts';
import type { BootPlaces, BootVolume, Menu } from '../menu.ts';
import { unlessMissing } from '../unless-missing.ts';
import { pickDefault } from './default-entry.ts';
import { deviceOf } from './devices.ts';
import type { Frame } from './frame.ts';
import { entriesOf, menuItems } from './menu-items.ts';
import { parseScript } from './parse-script.ts';
import { ScriptRun } from './run-script.ts';
import { Variables } from './variables.ts';

/** A possible place of a configuration: `(hd0,gpt15)/EFI/debian`. */
interface Place {
  volume: BootVolume;
  folder: string;
  /** True if it was found in the default subvolume of Btrfs, and that is not the top level, as on SUSE. */
  isRelative: boolean;
}

const name = 'grub.cfg';
/** Used if the configuration is missing, but GRUB's variables and the entries exist. */
const entriesAlone = 'load_env\nset default="$saved_entry"\nblscfg\n';
const folders = ['/boot/grub', '/boot/grub2', '/grub', '/grub2'];

/**
 * The menu of GRUB: from the configuration on an EFI system partition, or from the one that GRUB's core finds.
 * `undefined` if there is none; a configuration without entries gives a menu without entries.
 */
export async function readGrubMenu(places: BootPlaces): Promise<Menu | undefined> {
  const warnings: string[] = [];
  for await (const place of findPlaces(places, name)) {
    const menu = await readAt(place, places);
    if (menu.entries.length > 0) return { ...menu, warnings: [...warnings, ...menu.warnings] };
    warnings.push(...menu.warnings, `${sayPlace(place)}/${name} has no entry that starts a kernel`);
  }
  if (warnings.length > 0) return { entries: [], warnings };
  for await (const place of findPlaces({ ...places, esps: [] }, 'grubenv')) {
    const menu = await readAt(place, places, entriesAlone);
    const warning = `${sayPlace(place)} has no ${name}: boot entries were read as its blscfg does`;
    if (menu.entries.length > 0) return { ...menu, warnings: [...menu.warnings, warning] };
  }
  return undefined;
}

function sayPlace({ volume, folder }: Place): string {
  return `${volume.name}:${folder}`;
}

async function readAt(place: Place, places: BootPlaces, text?: string): Promise<Menu> {
  const run = new ScriptRun(places);
  const root = deviceOf(place.volume);
  const prefix = `(${root})${place.folder}`;
  const file = `${prefix}/${name}`;
  const variables = Variables.start({
    root,
    prefix,
    cmdpath: prefix,
    config_directory: prefix,
    config_file: file,
    grub_platform: places.esps.length > 0 ? 'efi' : 'pc',
    ...defined({ btrfs_relative_path: place.isRelative ? 'y' : undefined }),
  });
  const frame: Frame = { variables, items: [] };
  if (text === undefined) await run.runFile(file, frame);
  else await run.run(parseScript(text, file), frame);
  const items = await menuItems(run, frame);
  const wanted = frame.variables.get('default') ?? '';
  const saved = frame.variables.get('saved_entry') ?? '';
  const { warnings, ...picked } = pickDefault(items, wanted === 'saved' ? saved : wanted);
  return { entries: entriesOf(items), ...picked, warnings: [...run.warnings, ...warnings] };
}

async function* findPlaces(
  { volumes, esps, boot, root }: BootPlaces,
  file: string,
): AsyncGenerator<Place> {
  for (const volume of esps) {
    const vendors = (await unlessMissing(() => volume.files.list('/EFI'))) ?? [];
    // `EFI/BOOT` comes last: it holds a copy that starts the configuration of the vendor's folder.
    const last = ({ name: vendor }: { name: string }): number => Number(/^boot$/i.test(vendor));
    for (const vendor of vendors.sort((left, right) => last(left) - last(right))) {
      const folder = `/EFI/${vendor.name}`;
      if (await isFile(volume, `${folder}/${file}`)) yield { volume, folder, isRelative: false };
    }
  }
  const first = [boot, root?.volume].filter((one) => one !== undefined);
  for (const volume of new Set([...first, ...volumes])) {
    const { files } = volume;
    const subvolume = root?.volume === volume ? root.found.about.subvolume : undefined;
    const top = await files.subvolume?.('/');
    const isRelative = top !== undefined && top.id !== files.root.id;
    for (const folder of folders) {
      if (await isFile(volume, `${folder}/${file}`)) yield { volume, folder, isRelative };
      else if (subvolume !== undefined && !isRelative) {
        const inner = `/${subvolume}${folder}`;
        if (await isFile(volume, `${inner}/${file}`)) yield { volume, folder: inner, isRelative };
      }
    }
  }
}

async function isFile({ files }: BootVolume, path: string): Promise<boolean> {
  return (await unlessMissing(() => files.stat(path)))?.kind === 'file';
}
