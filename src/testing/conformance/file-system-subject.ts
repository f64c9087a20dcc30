import type { FileNode, FileSystem, FileSystemFormat } from '../../contracts/file-system.ts';
import { TrialVolume, volumeContext } from './trial-volume.ts';

/** A volume with a file system, and the files on it; a few KiB or MiB, because it is held in memory. */
export interface FileSystemSample {
  name?: string | undefined;
  bytes: Uint8Array;
  /** Files by path: `/boot/vmlinuz`. At least one; the volume may contain other files. */
  files: Record<string, Uint8Array>;
  /** Targets of links, by path. */
  links?: Record<string, string> | undefined;
  /** True if the format has no magic bytes, so that `detect` may accept any bytes. */
  unmarked?: boolean | undefined;
}

export interface FileSystemSubject {
  format: FileSystemFormat;
  sample: FileSystemSample;
}

export async function openSample(
  { format, sample }: FileSystemSubject,
  bytes: Uint8Array = sample.bytes,
): Promise<FileSystem> {
  return await format.open(new TrialVolume(bytes), volumeContext());
}

/** Finds the node at a path, name by name; `undefined` if there is none. */
export async function nodeAt({ root }: FileSystem, path: string): Promise<FileNode | undefined> {
  let node: FileNode | undefined = root;
  for (const name of path.split('/').filter((one) => one !== '')) node = await node?.find(name);
  return node;
}

/** Every directory of the sample, with the names that it must contain. */
export function directoriesOf({ files, links = {} }: FileSystemSample): Map<string, Set<string>> {
  const directories = new Map<string, Set<string>>();
  for (const path of [...Object.keys(files), ...Object.keys(links)]) {
    const names = path.split('/').slice(1);
    for (let depth = 0; depth < names.length; depth += 1) {
      const directory = `/${names.slice(0, depth).join('/')}`;
      const found = directories.get(directory) ?? new Set();
      directories.set(directory, found.add(names[depth] ?? ''));
    }
  }
  return directories;
}
