import type { Arch } from '../contracts/arch.ts';
import type { ByteSource } from '../contracts/bytes.ts';
import type { DiskRoot } from '../contracts/disk/disk-root.ts';
import type { DiskFiles } from '../contracts/disk/opened-disk.ts';
import type { FileSystemContext } from '../contracts/file-system.ts';
import type { ImageContent } from '../contracts/image.ts';
import { isImageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { unlessUnreadable } from './find-roots.ts';
import { archOfTypes, readLoaderArches, readProgramArch } from './read-arches.ts';
import { type ReadDisk, readDisk } from './read-disk.ts';
import type { DiskParts } from './read-volumes.ts';

/** A summary of a disk's content, and the architectures for which it has boot loaders. */
export interface FoundContent {
  content: ImageContent;
  loaders: readonly Arch[];
}

type System = NonNullable<ImageContent['system']>;

/** No name of a system is longer; text from a disk is stored in records and shown in messages. */
const mostCharacters = 256;

/**
 * Reads what a disk contains. If it cannot be read, the result is `unknown` with the reason, and never an error of
 * the image.
 */
export async function readContent(
  disk: ByteSource,
  parts: DiskParts,
  context: FileSystemContext,
): Promise<FoundContent> {
  const read = await unlessRefused(context, () => readDisk(disk, parts, context));
  if ('unknown' in read) return { content: read, loaders: [] };
  const loaders = await unlessRefused(context, () => readLoaderArches(read));
  const arches = 'unknown' in loaders ? [] : loaders;
  const found = await unlessRefused(context, () => readSystem(read));
  const [loader] = arches.length === 1 ? arches : [];
  const arch = ('arch' in found ? found.arch : undefined) ?? loader ?? archOfTypes(read.content);
  const { system, unknown }: ImageContent = found;
  return { content: defined({ system, arch, unknown }), loaders: arches };
}

/**
 * The system of the only root, or of all roots if they hold the same one, such as snapshots. If they differ, or there
 * is no root, it is the system that the default boot entry starts.
 */
async function readSystem({ content: { roots }, files, boot }: ReadDisk): Promise<ImageContent> {
  const [first, ...others] = roots;
  const isOne = first !== undefined && others.every((root) => nameOf(root) === nameOf(first));
  const started = isOne ? undefined : await unlessUnreadable(() => boot());
  const system = isOne ? first.system : started?.system;
  if (first === undefined && system !== undefined) return { system: shortened(system) };
  // Throws the reason if there is no root, or several without a boot entry.
  const root: DiskFiles =
    isOne && others.length > 0
      ? await files([first.volume, first.subvolume].filter((one) => one !== undefined).join('@'))
      : await files();
  const found = defined({ arch: await readProgramArch(root) });
  if (system !== undefined) return { system: shortened(system), ...found };
  const message = `The root on ${first?.volume} has no os-release`;
  return { ...found, unknown: { reason: 'not-found', message } };
}

function shortened({ id, version, name }: System): System {
  return {
    id: cut(id),
    ...defined({ version: version && cut(version), name: name && cut(name) }),
  };
}

function nameOf(root: Pick<DiskRoot, 'system'> | undefined): string {
  return `${root?.system?.id} ${root?.system?.version}`;
}

function cut(text: string): string {
  return text.slice(0, mostCharacters);
}

/** Refused or missing content is unknown; errors of this machine are thrown. */
async function unlessRefused<T extends object>(
  { signal }: FileSystemContext,
  read: () => Promise<T>,
): Promise<T | { unknown: NonNullable<ImageContent['unknown']> }> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted || !isImageError(error) || error.remedy === 'cache') throw error;
    const { details } = error;
    const reason =
      'reason' in details && details.reason !== undefined ? details.reason : 'not-found';
    return { unknown: { reason, message: cut(error.message) } };
  }
}
