import { defined } from '../../../kit/defined.ts';
import { systemOf } from '../../os-release.ts';
import type { BootVolume, MenuEntry, MenuFile } from '../menu.ts';
import { formatMenuFile } from '../menu-files.ts';
import { readUki } from './uki.ts';

/** A unified kernel image as an entry, with the values that order it in systemd-boot. */
export interface UkiEntry {
  entry: MenuEntry;
  sortKey?: string;
  version?: string;
}

/** `undefined` for an EFI program without a kernel. */
export async function readUkiEntry(
  volume: BootVolume,
  path: string,
  id: string,
): Promise<UkiEntry | undefined> {
  const file: MenuFile = { volume, path };
  const opened = await volume.files.open(path);
  const uki = await readUki(opened, formatMenuFile(file));
  if (uki === undefined) return undefined;
  const { fields, system } = systemOf((await uki.text('.osrel')) ?? '');
  const uname = await uki.text('.uname');
  const version = ['IMAGE_VERSION', 'VERSION', 'VERSION_ID', 'BUILD_ID']
    .map((name) => fields.get(name))
    .find((one) => one !== undefined);
  const cmdline = (await uki.text('.cmdline'))?.replace(/\s+/g, ' ');
  const initrd = ['.ucode', '.initrd'].filter((name) => uki.has(name));
  const entry: MenuEntry = {
    loader: 'uki',
    id,
    kernel: { ...file, section: '.linux' },
    initrd: initrd.map((section) => ({ ...file, section })),
    ...defined({
      title: fields.get('PRETTY_NAME') ?? fields.get('NAME'),
      version: uname === undefined || uname === '' ? version : uname,
      cmdline,
      system,
    }),
  };
  return { entry, ...defined({ sortKey: fields.get('IMAGE_ID') ?? fields.get('ID'), version }) };
}
