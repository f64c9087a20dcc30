import type { LockEntry } from '../lockfile/lock-file.ts';
import { requireLockfile } from '../lockfile/require-lockfile.ts';

/** The entries of a lock file, in the order of the file; no request. What is no lock file is `ERR_INVALID_REQUEST`. */
export async function listLocked(options: { lockfile: string }): Promise<LockEntry[]> {
  const { readLockFile } = await import('./later.ts');
  return (await readLockFile(requireLockfile(options ?? {}))).images;
}
