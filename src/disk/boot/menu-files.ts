import type { FilePaths, OpenFile } from '../../contracts/file-system.ts';
import { refuse } from '../../errors.ts';
import { filePaths } from '../../kit/files/file-paths.ts';
import type { MenuFile } from './menu.ts';
import { readUki } from './uki/uki.ts';

/** The files in which the paths of a menu are resolved: those of the volume, or of one of its subvolumes. */
export async function menuFiles({
  volume,
  subvolume,
}: Pick<MenuFile, 'volume' | 'subvolume'>): Promise<FilePaths> {
  if (subvolume === undefined || volume.files.subvolume === undefined) return volume.files;
  return filePaths({ root: await volume.files.subvolume(subvolume) });
}

/** Opens a file of a menu, or the section of it that the menu names. */
export async function openMenuFile(file: MenuFile): Promise<OpenFile> {
  const opened = await (await menuFiles(file)).open(file.path);
  if (file.section === undefined) return opened;
  const place = formatMenuFile({ ...file, section: '' });
  const uki = await readUki(opened, place);
  if (uki !== undefined) return uki.section(file.section);
  throw refuse('corrupt-data', `${place} is not a unified kernel image`);
}

/** The name of a menu's file in the syntax of `cat`: `p1:/boot/vmlinuz-6.1`; a section follows after `#`. */
export function formatMenuFile({ volume, subvolume, path, section = '' }: MenuFile): string {
  const place = subvolume === undefined ? volume.name : `${volume.name}@${subvolume}`;
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return `${place}:${rooted}${section === '' ? '' : `#${section}`}`;
}
