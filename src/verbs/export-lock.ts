import type { ExportLockOptions, LockExport } from '../contracts/lock-export.ts';
import { requireLockfile } from '../lockfile/require-lockfile.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';

/**
 * The pins of a lock file in the syntax of a tool. Makes no request, and the same lock file gives the same text. A
 * pin that the tool cannot get and verify itself is exported as the path of its cached disk. Throws
 * `ERR_INVALID_REQUEST` if there is no such disk, or the file is not a lock file.
 */
export async function exportLock(options: ExportLockOptions): Promise<LockExport> {
  checkOptions(options, optionKinds.exportLock);
  const path = requireLockfile(options);
  const { readLockFile, writeExport } = await import('./later.ts');
  return await writeExport(await readLockFile(path), safeListeners(options));
}
