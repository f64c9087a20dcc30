import type { FileHandle } from 'node:fs/promises';
import type { Extents } from '../bytes/extents.ts';
import { inCache } from '../cache/cache-error.ts';
import { CacheError } from '../errors.ts';
import { isZeros } from '../kit/is-zeros.ts';
import { copyByThreads, threadsFromBytes } from './copy-threads.ts';
import type { CloneSource } from './source.ts';

/** Small pieces are still in the processor's cache when they are written: pieces of 1 MiB take half as long again. */
const pieceBytes = 256 * 1024;
/** The allocation unit of common file systems. */
const blockBytes = 4096;
/** Node reads and writes files on four threads. */
const width = 4;

type CopySource = Pick<CloneSource, 'handle' | 'path' | 'sizeBytes' | 'extents'>;

/**
 * Copies the data of a disk to a new, empty file, several pieces at once. If its extents are known, only these are
 * read. Blocks of zeros are never written, so holes stay holes. `SparseFile` does not fit: it writes zeros next to
 * its own data, because decoders may write a range twice. Large amounts are copied by threads; if they fail, the copy
 * is made again without them and reports the error.
 */
export async function copyData(
  source: CopySource,
  target: FileHandle,
  signal: AbortSignal,
  onProgress: (bytes: number, totalBytes: number) => void,
): Promise<void> {
  const extents: Extents = source.extents ?? [[0, source.sizeBytes]];
  const total = extents.reduce((sum, [, length]) => sum + length, 0);
  let most = 0;
  const tell = (bytes: number): void => {
    // A repeated copy does not report the same bytes again.
    if (bytes < most) return;
    most = bytes;
    onProgress(bytes, total);
  };
  await target.truncate(source.sizeBytes);
  if (total >= threadsFromBytes) {
    if (await copyByThreads(source.handle.fd, target.fd, extents, signal, tell)) {
      return tell(total);
    }
    await target.truncate(0);
    await target.truncate(source.sizeBytes);
  }
  await copyInLanes(source, target, extents, signal, tell);
}

async function copyInLanes(
  source: CopySource,
  target: FileHandle,
  extents: Extents,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const todo = pieces(extents);
  let done = 0;
  const worker = async (): Promise<void> => {
    const memory = Buffer.allocUnsafeSlow(pieceBytes);
    for (const [position, length] of todo) {
      signal.throwIfAborted();
      const bytes = memory.subarray(0, length);
      await readPiece(source, position, bytes);
      await writeBlocks(target, position, bytes);
      done += length;
      onProgress(done);
    }
  };
  const ended = await Promise.allSettled(
    Array.from({ length: width }, () =>
      worker().catch((error: unknown) => {
        // The other tasks end with their current piece.
        todo.return();
        throw error;
      }),
    ),
  );
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
}

function* pieces(extents: Extents): Generator<[position: number, length: number], void> {
  for (const [offset, length] of extents) {
    for (let done = 0; done < length; done += pieceBytes) {
      yield [offset + done, Math.min(pieceBytes, length - done)];
    }
  }
}

async function readPiece(
  { handle, path }: CopySource,
  position: number,
  bytes: Buffer,
): Promise<void> {
  await inCache(path, 'read', async () => {
    for (let done = 0; done < bytes.length; ) {
      const rest = bytes.length - done;
      const { bytesRead } = await handle.read(bytes, done, rest, position + done);
      if (bytesRead === 0) throw cut(path);
      done += bytesRead;
    }
  });
}

async function writeBlocks(target: FileHandle, position: number, bytes: Buffer): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    let to = blockEnd(from, position, bytes.length);
    if (isZeros(bytes, from, to)) {
      from = to;
      continue;
    }
    while (to < bytes.length) {
      const end = blockEnd(to, position, bytes.length);
      if (isZeros(bytes, to, end)) break;
      to = end;
    }
    while (from < to) {
      from += (await target.write(bytes, from, to - from, position + from)).bytesWritten;
    }
  }
}

function blockEnd(from: number, position: number, length: number): number {
  return Math.min(length, from + blockBytes - ((position + from) % blockBytes));
}

function cut(path: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${path} became shorter while it was cloned`,
    hint: 'Stop the program that writes to it, then clone it again.',
    details: { path },
  });
}
