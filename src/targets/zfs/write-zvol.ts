import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { inCache, isErrno } from '../../cache/cache-error.ts';
import { CacheError } from '../../errors.ts';
import { sleep } from '../../kit/abort.ts';
import { isZeros } from '../../kit/is-zeros.ts';

const pieceBytes = 1024 * 1024;
/** Linux creates the device node of a zvol some time after the zvol. */
const appearMs = 50;
const mostLooks = 200;

/**
 * Writes a raw disk to a new zvol. Zeros are left out, because a new zvol reads as zeros. Pieces are whole MiB,
 * because a raw device accepts only whole sectors.
 */
export async function writeZvol(path: string, device: string, signal: AbortSignal): Promise<void> {
  const from = await inCache(path, 'read', () => open(path, constants.O_RDONLY));
  try {
    const to = await inCache(device, 'open', () => openDevice(device, signal));
    try {
      await copy(from, to, { path, device, signal });
      await inCache(device, 'write', () => to.sync()).catch((error: unknown) => {
        // A character device has no cache to flush.
        const errno = error instanceof CacheError ? error.details.errno : undefined;
        if (errno !== 'EINVAL' && errno !== 'ENOTSUP' && errno !== 'ENOTTY') throw error;
      });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function copy(
  from: FileHandle,
  to: FileHandle,
  { path, device, signal }: { path: string; device: string; signal: AbortSignal },
): Promise<void> {
  const { size } = await from.stat();
  const memory = Buffer.allocUnsafeSlow(pieceBytes);
  for (let position = 0; position < size; position += pieceBytes) {
    signal.throwIfAborted();
    let length = 0;
    while (length < Math.min(pieceBytes, size - position)) {
      const { bytesRead } = await inCache(path, 'read', () =>
        from.read(memory, length, pieceBytes - length, position + length),
      );
      if (bytesRead === 0) throw cutShort(path);
      length += bytesRead;
    }
    memory.fill(0, length);
    if (isZeros(memory)) continue;
    for (let done = 0; done < pieceBytes; ) {
      const { bytesWritten } = await inCache(device, 'write', () =>
        to.write(memory, done, pieceBytes - done, position + done),
      );
      done += bytesWritten;
    }
  }
}

async function openDevice(device: string, signal: AbortSignal): Promise<FileHandle> {
  for (let look = 0; ; look += 1) {
    try {
      return await open(device, constants.O_WRONLY);
    } catch (error) {
      if (!isErrno(error, 'ENOENT') || look >= mostLooks) throw error;
    }
    await sleep(appearMs, signal);
  }
}

function cutShort(path: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${path} became shorter while it was read`,
    hint: 'Stop the program that writes to it, and run the call again.',
    details: { path },
  });
}
