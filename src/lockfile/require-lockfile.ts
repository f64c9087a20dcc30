import { UsageError } from '../errors.ts';

/** The path of the lock file. It has no default, because a library reads no file that its caller did not name. */
export function requireLockfile({ lockfile }: { lockfile?: unknown }): string {
  if (typeof lockfile === 'string' && lockfile !== '') return lockfile;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'lockfile (--lockfile) must be the path of a lock file',
    hint: 'Name the lock file with lockfile (--lockfile).',
    details: { field: 'lockfile' },
  });
}
