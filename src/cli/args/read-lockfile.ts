import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { lockfileName } from '../../lockfile/lock-file.ts';
import type { Flags } from './flags.ts';

/** The lock file that a command of `lock` works on: the one that was named, or the one of the current folder. */
export function lockfilePath(flags: Flags, cwd: string): string {
  return resolve(cwd, flags.text('lockfile') ?? lockfileName);
}

/** The same for a command that only reads it: the one of the current folder only where it exists. */
export async function findLockfile(flags: Flags, cwd: string): Promise<string | undefined> {
  const path = lockfilePath(flags, cwd);
  if (flags.has('lockfile')) return path;
  return await access(path).then(
    () => path,
    () => undefined,
  );
}
