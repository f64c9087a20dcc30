import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';

/** A file that an option names: how errors describe it, and its limit. */
interface GivenFile {
  /** `the lock file`. */
  called: string;
  field: 'lockfile' | 'catalog' | 'bundles';
  hint: string;
  maxBytes: number;
}

/**
 * The text of a file that an option names. Throws `ERR_INVALID_REQUEST` if it cannot be read; the cause is `ENOENT` if there is
 * no file.
 */
export async function readGivenFile(
  path: string,
  { called, field, hint, maxBytes }: GivenFile,
): Promise<string> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
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
