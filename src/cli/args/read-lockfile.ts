import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OnProgress } from '../../contracts/progress.ts';
import { isAlias } from '../../lockfile/alias.ts';
import { lockfileName } from '../../lockfile/lock-file.ts';
import type { Flags } from './flags.ts';

/** The lock file that a command of `lock` works on: the one that was named, or the one of the current folder. */
export function lockfilePath(flags: Flags, cwd: string): string {
  return resolve(cwd, flags.text('lockfile') ?? lockfileName);
}

/**
 * The lock file of a command that may read one: the one that was named, or the one of the current folder where it exists and
 * the reference can be a name in it, which is said.
 */
export async function readableLockfile(
  flags: Flags,
  cwd: string,
  reference: string,
  onProgress: OnProgress,
): Promise<string | undefined> {
  const path = lockfilePath(flags, cwd);
  if (flags.has('lockfile')) return path;
  const isThere = await access(path).then(
    () => isAlias(reference),
    () => false,
  );
  if (!isThere) return undefined;
  onProgress({ type: 'stage', stage: 'resolve', message: `reading ./${lockfileName}` });
  return path;
}

/** The catalog that was named in place of the shipped one. */
export function readCatalogPath(flags: Flags, cwd: string): string | undefined {
  const path = flags.text('catalog');
  return path === undefined ? undefined : resolve(cwd, path);
}
