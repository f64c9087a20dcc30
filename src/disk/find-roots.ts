import type { Arch } from '../contracts/arch.ts';
import type { DiskRoot } from '../contracts/disk/disk-root.ts';
import type { FileNode } from '../contracts/file-system.ts';
import { DecodeError, NotFoundError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { filePaths } from '../kit/files/file-paths.ts';
import { systemOf } from './os-release.ts';
import type { ReadVolume } from './read-volumes.ts';

/** Subvolumes in which distributions put their root. */
const rootSubvolumes = ['root', '@', '@rootfs'];

/** Partition types for a root, by architecture (UAPI discoverable partitions). */
export const rootTypes: ReadonlyMap<Arch, string> = new Map([
  ['amd64', '4f68bce3-e8cd-4db1-96e7-fbcaf984b709'],
  ['arm64', 'b921b045-1df0-41c3-af44-4c6f280d3fae'],
  ['riscv64', '72ec70a6-cf74-40e6-bd49-4bda08e8f224'],
  ['ppc64le', 'c31c45e6-3f39-412e-80fb-4809c4980599'],
  ['s390x', '5eead9a9-fe09-4a1e-a1d7-520d00531306'],
  ['loong64', '77055800-792c-4f94-b39a-98c91b762bb6'],
  ['arm', '69dad710-2ce4-4e3c-b16c-21a1d49abed3'],
  ['386', '44479540-f297-41b2-9af7-d131d5f0458a'],
]);
const flatcarRoot = '3884dd41-8582-4404-b9a8-e9b84f2df50e';

/** A root, and its directory. */
export interface FoundRoot {
  about: DiskRoot;
  node: FileNode;
}

/** Finds roots by their os-release or, without one, by the type of their partition. */
export async function findRoots(volumes: readonly ReadVolume[]): Promise<FoundRoot[]> {
  const roots: FoundRoot[] = [];
  for (const volume of volumes) {
    const found = await rootOf(volume);
    if (found !== undefined) roots.push(found);
  }
  if (roots.length > 0) return roots;
  const types = [...rootTypes.values(), flatcarRoot];
  return volumes.flatMap(({ about, fileSystem }) => {
    if (fileSystem === undefined || !types.includes(about.type ?? '')) return [];
    return { about: { volume: about.name }, node: fileSystem.root };
  });
}

async function rootOf({ about, fileSystem }: ReadVolume): Promise<FoundRoot | undefined> {
  if (fileSystem === undefined) return undefined;
  for (const subvolume of [undefined, ...(fileSystem.subvolume ? rootSubvolumes : [])]) {
    const node =
      subvolume === undefined
        ? fileSystem.root
        : await unlessUnreadable(async () => await fileSystem.subvolume?.(subvolume));
    if (node?.kind !== 'directory') continue;
    const system = await readSystem(node);
    if (system === undefined) continue;
    return { about: { volume: about.name, ...defined({ subvolume }), system }, node };
  }
  return undefined;
}

/** The operating system of a root; with `deployment` (a path of ostree), that of this deployment. */
export async function readSystem(root: FileNode, deployment?: string): Promise<DiskRoot['system']> {
  const paths = filePaths({ root });
  const [top, only] = deployment === undefined ? ['', await ostreePath(root)] : [deployment];
  for (const path of [`${top}/etc/os-release`, `${top}/usr/lib/os-release`, only]) {
    if (path === undefined) continue;
    const bytes = await unlessUnreadable(() => paths.read(path, { mostBytes: 65_536 }));
    const { system } = systemOf(Buffer.from(bytes ?? []).toString('utf8'));
    if (system !== undefined) return system;
  }
  return undefined;
}

/** Path of the os-release of the only ostree deployment. */
async function ostreePath(root: FileNode): Promise<string | undefined> {
  const paths = filePaths({ root });
  let path = '/ostree/deploy';
  for (const next of ['deploy', 'usr/lib/os-release']) {
    const names = await unlessUnreadable(() => paths.list(path));
    const [only, ...others] = (names ?? []).filter(({ kind }) => kind === 'directory');
    if (only === undefined || others.length > 0) return undefined;
    path = `${path}/${only.name}/${next}`;
  }
  return path;
}

/**
 * `undefined` for a file that is missing or cannot be read completely: such a file does not make a root, and gives an
 * error when it is read itself.
 */
export async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DecodeError || error instanceof NotFoundError) return undefined;
    throw error;
  }
}
