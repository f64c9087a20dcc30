import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isErrno } from '../cache/cache-error.ts';
import type { CloneSource } from './source.ts';

/** Makes `target`, which must not exist, a file that shares the blocks of `source`, or throws. */
export type CloneFile = (source: string, target: string) => Promise<void>;

/**
 * The reflink operation of this platform. Node supports it on Linux; on macOS every release of Node gives ENOSYS, but
 * `cp -c` works.
 */
export function cloneFileOn(platform: NodeJS.Platform): CloneFile {
  return platform === 'darwin' ? cloneByProgram('/bin/cp') : cloneByNode;
}

async function cloneByNode(source: string, target: string): Promise<void> {
  await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
}

/** If a copy occupies this many bytes more than its source, its holes were filled. */
const slackBytes = 1024 * 1024;

/** `cp -c` of macOS: clonefile(2), or an ordinary copy with filled holes if the file system does not support it. */
export function cloneByProgram(cp: string): CloneFile {
  return async (source, target) => {
    // Its exit code does not tell the cause: the ordinary copy that follows reports the real problem.
    await promisify(execFile)(cp, ['-c', source, target]).catch((cause: unknown) => {
      throw new Error('cp -c failed', { cause });
    });
    const [from, to] = await Promise.all([stat(source), stat(target)]);
    if (to.blocks * 512 > from.blocks * 512 + slackBytes) throw new Error('cp -c filled the holes');
  };
}

/**
 * True if the file system cloned the source to `target`; false, with nothing at `target`, if it refused. ENOENT,
 * EEXIST, ENOSPC and EACCES would stop a copy too and are thrown. Every other error counts as a refusal: the kernel
 * has many (EOPNOTSUPP, EXDEV, EINVAL, ENOSYS, ENOTTY, EPERM, EBADF, and EAGAIN of ZFS for blocks that are not
 * written yet).
 */
export async function reflink(
  source: CloneSource,
  target: string,
  cloneFile: CloneFile,
): Promise<boolean> {
  try {
    await cloneFile(source.path, target);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) await source.requireThere();
    if (isErrno(error, 'ENOENT', 'EEXIST', 'ENOSPC', 'EACCES')) throw error;
    await rm(target, { force: true });
    return false;
  }
  if (await isWhole(source, target)) return true;
  await rm(target, { force: true });
  return false;
}

const sampleBytes = 128 * 1024;

/** ZFS 2.2 reported success for clones that were too short, and for missing blocks (openzfs/zfs#15728). */
async function isWhole(source: CloneSource, target: string): Promise<boolean> {
  const handle = await open(target, 'r');
  try {
    if ((await handle.stat()).size !== source.sizeBytes) return false;
    const [offset = 0, length = 0] = source.extents?.at(-1) ?? [];
    const ends = [sampleBytes, offset + length, source.sizeBytes];
    for (const end of ends) {
      const position = Math.max(0, end - sampleBytes);
      const [from, to] = await Promise.all([
        sample(source.handle, position),
        sample(handle, position),
      ]);
      if (!from.equals(to)) return false;
    }
    return true;
  } finally {
    await handle.close();
  }
}

async function sample(handle: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(
    Buffer.alloc(sampleBytes),
    0,
    sampleBytes,
    position,
  );
  return buffer.subarray(0, bytesRead);
}
