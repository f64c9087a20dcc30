import type { FileNode } from '../../contracts/file-system.ts';
import { defined } from '../../kit/defined.ts';
import { filePaths } from '../../kit/files/file-paths.ts';
import { openSubvolumeOf, parseSubvolume } from '../chosen-subvolume.ts';
import { type FoundRoot, readSystem, rootTypes, unlessUnreadable } from '../find-roots.ts';
import { findDevice } from '../fstab.ts';
import { systemOf } from '../os-release.ts';
import type { ReadVolume } from '../read-volumes.ts';
import type { MenuEntry } from './menu.ts';

/** The root file system that an entry boots. */
export interface EntryRoot {
  /** Absent if it cannot be read, is not on the disk, or is one of several. */
  root?: FoundRoot;
  warnings: string[];
}

/** The volumes and roots of a disk. */
export interface RootedDisk {
  volumes: readonly ReadVolume[];
  roots: readonly FoundRoot[];
}

/**
 * The root that the command line names (`root=`, `rootflags=subvol=`, `ostree=`), else the one with the partition
 * type for the kernel's architecture, else the only one.
 */
export async function findEntryRoot(
  { cmdline, kernel }: MenuEntry,
  arch: string | undefined,
  { volumes, roots }: RootedDisk,
): Promise<EntryRoot> {
  const device = lastOf('root', cmdline);
  const named = device === undefined ? undefined : findDevice(device, volumes);
  if (named !== undefined) {
    const found = await openNamed(named, cmdline, roots);
    return typeof found === 'string' ? { warnings: [found] } : { root: found, warnings: [] };
  }
  const warnings =
    device !== undefined && /^(?:UUID|LABEL|PARTUUID|PARTLABEL)=|^\/dev\/mapper\//i.test(device)
      ? [`The root that the boot entry names is not on this disk: ${device}.`]
      : [];
  const type = rootTypes.get(arch as never);
  const ofType = roots.filter(({ about }) => {
    return (
      type !== undefined &&
      volumes.some((one) => one.about.name === about.volume && one.about.type === type)
    );
  });
  const [only, ...others] = ofType.length === 1 ? ofType : roots;
  if (only !== undefined && others.length > 0) {
    const names = roots.map(({ about }) => about.volume).join(', ');
    return {
      warnings: [
        ...warnings,
        `The disk has several roots, and the boot entry names none: ${names}.`,
      ],
    };
  }
  if (only === undefined) return { warnings };
  const system =
    (await deployedSystem(only.node, cmdline)) ??
    only.about.system ??
    (await usrSystem(cmdline, kernel.path, volumes));
  return { root: { ...only, about: { ...only.about, ...defined({ system }) } }, warnings };
}

/** The root on a volume that `root=` names; a sentence if it cannot be read. */
async function openNamed(
  { about, fileSystem, refusal }: ReadVolume,
  cmdline: string | undefined,
  roots: readonly FoundRoot[],
): Promise<FoundRoot | string> {
  const { name } = about;
  if (refusal !== undefined) return `The root ${name} cannot be read: ${refusal.message}`;
  if (fileSystem === undefined) return `The root ${name} holds no known file system.`;
  const chosen = parseSubvolume(lastOf('rootflags', cmdline)?.split(',') ?? []);
  const { subvolume, subvolumeId } = chosen;
  const isNamed = (subvolume ?? subvolumeId) !== undefined;
  const known = isNamed ? undefined : roots.find((one) => one.about.volume === name);
  const node = known?.node ?? (await openSubvolumeOf(fileSystem, chosen));
  if (node?.kind !== 'directory') {
    return `The subvolume ${subvolume ?? subvolumeId} of the root ${name} is not there.`;
  }
  const found: FoundRoot['about'] = known?.about ?? { volume: name, ...defined({ subvolume }) };
  const system = (await deployedSystem(node, cmdline)) ?? found.system ?? (await readSystem(node));
  return { about: { ...found, ...defined({ system }) }, node };
}

/** The operating system of the deployment that `ostree=` names. */
async function deployedSystem(
  node: FileNode,
  cmdline: string | undefined,
): Promise<FoundRoot['about']['system']> {
  const deployment = lastOf('ostree', cmdline);
  return deployment === undefined ? undefined : await readSystem(node, deployment);
}

/**
 * Flatcar keeps its operating system outside the root: in the partition of `mount.usr=`, or in the one that belongs
 * to a kernel.
 */
async function usrSystem(
  cmdline: string | undefined,
  kernel: string,
  volumes: readonly ReadVolume[],
): Promise<FoundRoot['about']['system']> {
  const [, side] = /^\/flatcar\/vmlinuz-([ab])$/.exec(kernel) ?? [];
  const device = lastOf('mount.usr', cmdline) ?? (side && `PARTLABEL=USR-${side.toUpperCase()}`);
  const root = device === undefined ? undefined : findDevice(device, volumes)?.fileSystem?.root;
  if (root === undefined) return undefined;
  const bytes = await unlessUnreadable(() => filePaths({ root }).read('/lib/os-release'));
  return systemOf(Buffer.from(bytes ?? []).toString('utf8')).system;
}

/** The value of the last parameter of that name, which is the one the kernel uses. */
function lastOf(name: string, cmdline: string | undefined): string | undefined {
  const words = (cmdline ?? '').split(' ').filter((word) => word.startsWith(`${name}=`));
  return words.at(-1)?.slice(name.length + 1);
}
