import type { FileNode, FileSystem } from '../contracts/file-system.ts';
import { unlessUnreadable } from './find-roots.ts';

/** A Btrfs subvolume that mount options name; without both members, the default one. */
export interface ChosenSubvolume {
  subvolume?: string;
  subvolumeId?: number;
}

/** `subvol=/@/home`, `subvolid=256`; the path counts if both are present. */
export function parseSubvolume(options: readonly string[]): ChosenSubvolume {
  const lastValue = (pattern: RegExp): string | undefined => {
    return options.flatMap((one) => pattern.exec(one)?.[1] ?? []).at(-1);
  };
  const subvolume = lastValue(/^subvol=\/*(.+)$/);
  const id = lastValue(/^subvolid=(\d{1,15})$/);
  if (subvolume !== undefined) return { subvolume };
  return id === undefined ? {} : { subvolumeId: Number(id) };
}

/** The directory of such a mount; `undefined` if it cannot be read. */
export async function openSubvolumeOf(
  fileSystem: FileSystem,
  { subvolume, subvolumeId }: ChosenSubvolume,
): Promise<FileNode | undefined> {
  if (subvolume !== undefined) {
    return await unlessUnreadable(async () => await fileSystem.subvolume?.(subvolume));
  }
  if (subvolumeId === undefined) return fileSystem.root;
  return await unlessUnreadable(async () => await fileSystem.subvolumeById?.(subvolumeId));
}
