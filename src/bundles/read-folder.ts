import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleKind, BundleMember } from '../contracts/bundle.ts';
import { UsageError } from '../errors.ts';
import { viewOf } from '../kit/bytes.ts';
import { maxManifestBytes, parseBundleManifest } from './manifest.ts';

/** A file of the folder, open for reading. */
export interface FolderMember {
  name: string;
  handle: FileHandle;
  sizeBytes: number;
}

/** A folder, described as a bundle. */
export interface BundleFolder {
  kind: BundleKind;
  members: BundleMember[];
  /** In archive order: files that readers need first come first. */
  files: FolderMember[];
}

const order = ['manifest.json', 'kernel', 'initrd', 'rootfs.ext4'] as const;
const optional: readonly BundleMember[] = ['kernel', 'initrd'];

/**
 * Opens every file of the folder, and adds its handle to `handles`. Throws `ERR_INVALID_REQUEST` for a folder that
 * cannot become a bundle.
 */
export async function readBundleFolder(
  folder: string,
  handles: FileHandle[],
): Promise<BundleFolder> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw refuseFolder(`cannot read the folder ${folder}`, folder, cause);
  });
  const other = names.find((name) => !order.some((one) => one === name));
  if (other !== undefined) {
    throw refuseFolder(
      `${folder} holds ${JSON.stringify(other)}, which a bundle may not hold`,
      folder,
    );
  }
  const kind = kindOf(folder, names);
  const files: FolderMember[] = [];
  for (const name of order.filter((one) => names.includes(one))) {
    files.push(await openMember(folder, name, handles));
  }
  for (const { name, handle, sizeBytes } of files) {
    if (name === 'manifest.json') await checkManifest(folder, handle, sizeBytes);
    if (name === 'rootfs.ext4') await checkFileSystem(folder, handle);
  }
  const extra = kind === 'image' ? optional : optional.filter((name) => name !== 'kernel');
  return { kind, members: extra.filter((name) => names.includes(name)), files };
}

function kindOf(folder: string, names: readonly string[]): BundleKind {
  const has = (name: string): boolean => names.includes(name);
  if (has('initrd') && !has('kernel')) {
    throw refuseFolder(`${folder} holds an initrd without a kernel`, folder);
  }
  if (has('rootfs.ext4') && has('manifest.json')) return 'image';
  if (has('kernel') && !has('rootfs.ext4') && !has('manifest.json')) return 'kernel';
  const missing = has('rootfs.ext4') ? 'manifest.json' : 'rootfs.ext4';
  throw refuseFolder(`${folder} holds no ${missing}`, folder);
}

async function openMember(
  folder: string,
  name: string,
  handles: FileHandle[],
): Promise<FolderMember> {
  const path = join(folder, name);
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((cause: unknown) => {
    throw refuseFolder(`cannot read ${path} as a regular file`, folder, cause);
  });
  handles.push(handle);
  const stats = await handle.stat();
  if (!stats.isFile()) throw refuseFolder(`${path} is not a regular file`, folder);
  if (stats.size === 0) throw refuseFolder(`${path} is empty`, folder);
  return { name, handle, sizeBytes: stats.size };
}

async function checkManifest(folder: string, handle: FileHandle, sizeBytes: number): Promise<void> {
  if (sizeBytes > maxManifestBytes) {
    throw refuseFolder(`the manifest is longer than ${maxManifestBytes} bytes`, folder);
  }
  const text = Buffer.alloc(sizeBytes);
  await handle.read(text, 0, sizeBytes, 0);
  try {
    parseBundleManifest(text.toString('utf8'));
  } catch (cause) {
    throw refuseFolder(cause instanceof Error ? cause.message : String(cause), folder, cause);
  }
}

/**
 * The superblock of ext2, ext3 and ext4 starts at byte 1,024, and its magic 56 bytes later: ext4, "The Super Block".
 */
async function checkFileSystem(folder: string, handle: FileHandle): Promise<void> {
  const block = new Uint8Array(1024 + 58);
  const { bytesRead } = await handle.read(block, 0, block.length, 0);
  if (bytesRead === block.length && viewOf(block).getUint16(1024 + 56, true) === 0xef53) return;
  throw refuseFolder('rootfs.ext4 is not an ext4 file system', folder);
}

/** `ERR_INVALID_REQUEST` for the folder of a bundle. */
export function refuseFolder(message: string, folder: string, cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint: 'Put rootfs.ext4, manifest.json and, if needed, kernel and initrd into the folder, and nothing else.',
    details: { field: 'folder', value: folder },
    cause,
  });
}
