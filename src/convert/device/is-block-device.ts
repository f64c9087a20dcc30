import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isErrno } from '../../cache/cache-error.ts';
import { UsageError } from '../../errors.ts';

/**
 * True if an output is a block device, false for a file, a folder or a path that does not exist yet. Throws
 * `ERR_INVALID_REQUEST` for anything else to which a disk cannot be written, such as a pipe, and for devices on
 * platforms other than Linux.
 */
export async function isBlockDevice(
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const found = await statOf(path);
  if (found === undefined || found.isFile() || found.isDirectory()) return false;
  const isDevice = found.isBlockDevice() || found.isCharacterDevice();
  if (isDevice && platform !== 'linux') {
    throw unusable(
      path,
      `writing to a device is not supported yet on ${platform}`,
      'Convert to a file, and copy the file to the device.',
    );
  }
  if (found.isBlockDevice()) return true;
  throw unusable(
    path,
    `${path} is neither a file nor a block device`,
    'Name a file, or a whole disk or partition such as /dev/sdb.',
  );
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    // Any other fault of the path is reported when the file is created.
    if (isErrno(error)) return undefined;
    throw error;
  }
}

function unusable(path: string, message: string, hint: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint,
    details: { field: 'output', value: path },
  });
}
