import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';

/** What the errors about a file say that an option names. */
interface GivenFile {
  /** `the lock file`. */
  called: string;
  field: 'lockfile' | 'catalog' | 'bundles';
  hint: string;
  /** A longer file is refused. */
  maxBytes: number;
}

/** The text of a file that an option names; `ERR_INVALID_REQUEST` where it cannot be read, with `ENOENT` as the cause where nothing is. */
export async function readGivenFile(
  path: string,
  { called, field, hint, maxBytes }: GivenFile,
): Promise<string> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > maxBytes) throw new Error('it is no file of that kind');
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `cannot read ${called} ${path}: ${cause instanceof Error ? cause.message : cause}`,
      hint,
      details: { field, value: path },
      cause,
    });
  }
}
