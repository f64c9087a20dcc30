import type { ByteSource } from '../contracts/bytes.ts';
import type { DiskBoot, DiskBootOptions } from '../contracts/disk/boot.ts';
import type { DiskContent, DiskFiles } from '../contracts/disk/opened-disk.ts';
import type { FileNode, FilePaths, FileSystemContext } from '../contracts/file-system.ts';
import { NotFoundError, refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { filePaths } from '../kit/files/file-paths.ts';
import { pluginFailure } from '../parts/call-plugin.ts';
import { isOfSystem } from '../parts/check-format.ts';
import type { ReadBoot } from './boot/read-boot.ts';
import { type FoundRoot, findRoots, unlessUnreadable } from './find-roots.ts';
import { readMounts } from './mounts.ts';
import { type DiskParts, type ReadVolume, readVolumes } from './read-volumes.ts';

/** The content of a disk, with access to its files and its boot configuration. */
export interface ReadDisk {
  content: DiskContent;
  files(volume?: string): Promise<DiskFiles>;
  boot(options?: DiskBootOptions): Promise<DiskBoot>;
}

/** Reads tables, file systems and roots of a raw disk; bytes of files are read only on request. */
export async function readDisk(
  disk: ByteSource,
  parts: DiskParts,
  context: FileSystemContext,
): Promise<ReadDisk> {
  const { scheme, volumes, warnings } = await readVolumes(disk, parts, context);
  for (const { about, fileSystem } of volumes) {
    warnings.push(...(fileSystem?.warnings ?? []).map((one) => `${about.name}: ${one}`));
  }
  const roots = await findRoots(volumes);
  const content = {
    ...defined({ scheme }),
    volumes: volumes.map(({ about }) => about),
    roots: roots.map(({ about }) => about),
    warnings,
  };
  const { signal } = context;
  const start = async (options?: DiskBootOptions): Promise<ReadBoot> => {
    const { readBoot } = await import('./boot/read-boot.ts');
    return await guard('read', signal, () => readBoot({ volumes, roots }, options));
  };
  return {
    content,
    async files(volume) {
      if (volume !== undefined) {
        return { mounts: [], ...guarded(await nodeOf(volume, volumes), new Map(), signal) };
      }
      const root = roots.length > 1 ? await startedRoot(roots, start) : onlyRoot(roots, volumes);
      const { points, nodes } = await readMounts(root, volumes);
      return { mounts: points, ...guarded(root.node, nodes, signal) };
    },
    boot: async (options) => (await start(options)).boot,
  };
}

async function nodeOf(place: string, volumes: readonly ReadVolume[]): Promise<FileNode> {
  const at = place.indexOf('@');
  const name = at < 0 ? place : place.slice(0, at);
  const volume = volumes.find(({ about }) => about.name === name);
  if (volume === undefined) {
    const known = volumes.map(({ about }) => about.name).join(', ');
    throw missing('volume', name, `Name one of: ${known === '' ? 'there are none' : known}.`);
  }
  if (volume.refusal !== undefined) throw volume.refusal;
  const { fileSystem } = volume;
  if (fileSystem === undefined) {
    throw missing('file system on', name, 'Name a volume with a file system.');
  }
  if (at < 0) return fileSystem.root;
  const path = place.slice(at + 1);
  if (fileSystem.subvolume === undefined) {
    throw missing('subvolume', path, `Leave @ out: ${name} is ${fileSystem.id}.`);
  }
  return await fileSystem.subvolume(path);
}

/** Of several roots, the one that the default boot entry starts. */
async function startedRoot(
  roots: readonly FoundRoot[],
  start: () => Promise<ReadBoot>,
): Promise<FoundRoot> {
  const started = await unlessUnreadable(start);
  if (started?.root !== undefined) return started.root;
  const [first] = roots.map(({ about }) => about.volume);
  const names = roots.map(({ about }) => about.volume).join(', ');
  throw refuse('ambiguous-content', `The disk has several roots: ${names}`, {
    hint: `Name the volume: ${first}:/path.`,
  });
}

/** The root for a path without a volume. */
function onlyRoot([root]: readonly FoundRoot[], volumes: readonly ReadVolume[]): FoundRoot {
  if (root !== undefined) return root;
  // The root is usually the largest volume; swap never is one.
  const [largest] = volumes
    .filter(({ refusal }) => refusal !== undefined && refusal.details.format !== 'swap')
    .sort((left, right) => right.about.sizeBytes - left.about.sizeBytes);
  if (largest?.refusal !== undefined) throw largest.refusal;
  throw missing('root on', 'the disk', 'Name a volume: p1:/path, or disk:/path without a table.');
}

function missing(what: string, value: string, hint: string): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `There is no ${what} ${value}`,
    hint,
    details: { field: 'volume', value },
  });
}

/** The files of a tree; an untyped exception of a file system becomes `ERR_PLUGIN`. */
function guarded(
  root: FileNode,
  mounts: ReadonlyMap<string, FileNode>,
  signal: AbortSignal,
): FilePaths {
  const paths = filePaths({ root, mounts });
  return {
    read: (path, options) => guard('read', signal, () => paths.read(path, options)),
    open: (path) => guard('open', signal, () => paths.open(path)),
    list: (path) => guard('list', signal, () => paths.list(path)),
    stat: (path) => guard('stat', signal, () => paths.stat(path)),
    readlink: (path) => guard('readlink', signal, () => paths.readlink(path)),
  };
}

async function guard<T>(method: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isOfSystem(error) ? error : pluginFailure(error, 'filesystem', method, signal);
  }
}
