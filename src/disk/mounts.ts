import type { MountPoint } from '../contracts/disk/opened-disk.ts';
import type { FileNode } from '../contracts/file-system.ts';
import { refuse } from '../errors.ts';
import { filePaths } from '../kit/files/file-paths.ts';
import { walkPath } from '../kit/files/walk-path.ts';
import { type ChosenSubvolume, openSubvolumeOf, parseSubvolume } from './chosen-subvolume.ts';
import { type FoundRoot, unlessUnreadable } from './find-roots.ts';
import { findDevice, parseFstab } from './fstab.ts';
import type { ReadVolume } from './read-volumes.ts';

const bootType = 'bc13c2ff-59e6-4262-a352-b275fd6f7172';
export const espTypes: readonly unknown[] = ['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'ef'];

/** True for an EFI system partition, by its type. */
export function isEsp({ about }: Pick<ReadVolume, 'about'>): boolean {
  return espTypes.includes(about.type);
}

/** Each mount is searched on its volume; a file of 1 MiB could contain 40,000. */
const mostMounts = 1000;

/** The file systems mounted in the tree of a root. */
export interface Mounts {
  points: MountPoint[];
  nodes: Map<string, FileNode>;
}

/**
 * The mounts in the fstab of a root; without lines for them, also `/boot` and the EFI system partition, as systemd
 * finds them.
 */
export async function readMounts(root: FoundRoot, volumes: readonly ReadVolume[]): Promise<Mounts> {
  const mounts: Mounts = { points: [], nodes: new Map() };
  const fstab = await unlessUnreadable(() => filePaths({ root: root.node }).read('/etc/fstab'));
  let tries = 0;
  for (const { device, path, options } of parseFstab(Buffer.from(fstab ?? []).toString('utf8'))) {
    const volume = path === '/' ? undefined : findDevice(device, volumes);
    if (volume === undefined) continue;
    tries += 1;
    if (tries > mostMounts) {
      throw refuse('limit', `/etc/fstab mounts more than ${mostMounts} volumes`, {
        limit: mostMounts,
      });
    }
    await mount(mounts, path, volume, parseSubvolume(options));
  }
  const others = volumes.filter(({ about }) => about.name !== root.about.volume);
  const isMounted = ({ about }: ReadVolume): boolean =>
    mounts.points.some(({ volume }) => volume === about.name);
  const boot = others.find(isBoot);
  if (boot !== undefined && !isMounted(boot) && (await isVacant(root, mounts, '/boot'))) {
    await mount(mounts, '/boot', boot, {});
  }
  const esp = others.find(isEsp);
  if (esp === undefined || isMounted(esp)) return mounts;
  for (const path of ['/efi', '/boot/efi', '/boot']) {
    const isFree = await isVacant(root, mounts, path);
    if (!isFree || (path !== '/boot' && !(await exists(root, mounts, path)))) continue;
    await mount(mounts, path, esp, {});
    break;
  }
  return mounts;
}

/** True for a separate `/boot` volume: XBOOTLDR (`ea` in an MBR), or a volume of that name. */
export function isBoot({ about }: Pick<ReadVolume, 'about'>): boolean {
  if (about.type === bootType || about.type === 'ea') return true;
  return [about.label, about.fileSystem?.label].some((label) => label?.toLowerCase() === 'boot');
}

async function mount(
  mounts: Mounts,
  path: string,
  { about, fileSystem, refusal }: ReadVolume,
  chosen: ChosenSubvolume,
): Promise<void> {
  if (mounts.nodes.has(path)) return;
  let node: FileNode | undefined;
  if (refusal !== undefined) node = refusingNode(refusal);
  else if (fileSystem !== undefined) node = await openSubvolumeOf(fileSystem, chosen);
  if (node === undefined) return;
  mounts.nodes.set(path, node);
  mounts.points.push({ path, volume: about.name, ...chosen });
}

/** A directory of a volume that cannot be read: its files are refused, not missing. */
function refusingNode(refusal: Error): FileNode {
  const refuse = (): never => {
    throw refusal;
  };
  const never = async (): Promise<never> => refuse();
  return {
    kind: 'directory',
    sizeBytes: 0,
    id: 'refused',
    read: never,
    find: never,
    target: never,
    async *entries() {
      yield refuse();
    },
  };
}

/** True if nothing is mounted at the path and no file is there. */
async function isVacant(root: FoundRoot, mounts: Mounts, path: string): Promise<boolean> {
  if (mounts.nodes.has(path)) return false;
  const world = { root: root.node, mounts: mounts.nodes };
  const node = await unlessUnreadable(() => walkPath(world, path));
  if (node === undefined) return true;
  if (node.kind !== 'directory') return false;
  for await (const { name } of node.entries()) if (name !== 'lost+found') return false;
  return true;
}

async function exists(root: FoundRoot, mounts: Mounts, path: string): Promise<boolean> {
  const world = { root: root.node, mounts: mounts.nodes };
  return (await unlessUnreadable(() => walkPath(world, path))) !== undefined;
}
