import type { LockEntry } from '../lockfile/lock-file.ts';
import { requireLockfile } from '../lockfile/require-lockfile.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

/**
 * The entries of a lock file, in the order of the file; makes no request. Throws `ERR_INVALID_REQUEST` if the file is
 * not a lock file.
 */
export async function listLocked(options: { lockfile: string }): Promise<LockEntry[]> {
  checkOptions(options, optionKinds.listLocked);
  const { readLockFile } = await import('./later.ts');
  return (await readLockFile(requireLockfile(options))).images;
}
