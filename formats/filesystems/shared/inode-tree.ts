import {
  defined,
  type FileKind,
  type FileNode,
  type FileSystem,
  filePaths,
} from '../../../src/kit.ts';
import type { ImageRefusal } from '../../shared/image-refusal.ts';

const mostDirectoryBytes = 64 * 1024 * 1024;
const kinds: Record<number, FileKind> = { 4: 'directory', 8: 'file', 10: 'link' };

/** The kind of file in the mode of an inode, as in POSIX. */
export function kindOfMode(mode: number): FileKind {
  return kinds[mode >> 12] ?? 'other';
}

/** Refuses a directory that is larger than its file system, or too large to be read. */
export function checkDirectoryBytes(
  refuse: ImageRefusal,
  directory: string,
  { sizeBytes, volumeBytes }: { sizeBytes: number; volumeBytes: number },
): void {
  if (sizeBytes > volumeBytes) {
    throw refuse('corrupt-table', `The ${directory} is longer than its file system`);
  }
  if (sizeBytes <= mostDirectoryBytes) return;
  throw refuse('limit', `The ${directory} has ${sizeBytes} bytes`, {
    limit: mostDirectoryBytes,
    value: sizeBytes,
  });
}

/** An open file system, made from its root directory. */
export function openedFileSystem(
  refuse: ImageRefusal,
  { id, label, uuid }: { id: string; label: string; uuid: string },
  root: FileNode,
): FileSystem {
  if (root.kind !== 'directory') {
    throw refuse('corrupt-table', `The root of the ${id} file system is not a directory`);
  }
  const name = defined({ label: label === '' ? undefined : label });
  return { id, ...name, uuid, warnings: [], root, ...filePaths({ root }) };
}
