import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DataMap, type Extents, unitBytes } from '../../bytes/extents.ts';
import { isZeros } from '../../kit/is-zeros.ts';
import { inCache } from '../cache-error.ts';
import { ContentDigest, contentBlockBytes } from './content-digest.ts';
import type { DigestTable } from './digest-table.ts';

/**
 * Reads a disk and digests its blocks. With `extents` it reads only the blocks they touch, so holes cost nothing.
 * Without them it reads every byte and also finds data outside the recorded extents. Throws `ERR_CACHE_IO`; an abort
 * rethrows its reason.
 */
export async function tabulateDisk(
  path: string,
  extents?: Extents,
  signal?: AbortSignal,
): Promise<DigestTable> {
  return await reading(path, async (handle) => {
    const digest = new ContentDigest();
    const data = new DataMap();
    const { size } = await handle.stat();
    const todo = blocks(extents ?? [[0, size]], size);
    const worker = async (): Promise<void> => {
      const buffer = Buffer.allocUnsafeSlow(contentBlockBytes);
      for (const offset of todo) {
        signal?.throwIfAborted();
        const sha256 = await hashBlock(handle, buffer, offset);
        if (sha256 === undefined) continue;
        digest.add(offset, sha256);
        noteData(data, buffer.subarray(0, Math.min(buffer.length, size - offset)), offset);
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    return { sizeBytes: size, extents: extents ?? data.extents(size), blocks: digest.blocks };
  });
}

/**
 * The sha256 of the block at `offset`, read into `buffer`; `undefined` if it is all zeros. Web Crypto hashes in the
 * thread pool, so several blocks are hashed in parallel and the event loop stays free.
 */
export async function hashBlock(
  handle: FileHandle,
  buffer: Buffer<ArrayBuffer>,
  offset: number,
): Promise<Uint8Array | undefined> {
  const block = await readFully(handle, buffer, offset);
  if (isZeros(block)) return undefined;
  return new Uint8Array(await crypto.subtle.digest('SHA-256', block));
}

/** The sha256 of a whole file, in hex. Reads the next block while one is hashed. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  return await reading(path, async (handle) => {
    const hash = createHash('sha256');
    let [now, next] = [
      Buffer.allocUnsafeSlow(contentBlockBytes),
      Buffer.allocUnsafeSlow(contentBlockBytes),
    ];
    let block = await readFully(handle, now, 0);
    for (let offset = contentBlockBytes; block.length === contentBlockBytes; ) {
      signal?.throwIfAborted();
      const reading = readFully(handle, next, offset);
      hash.update(block);
      block = await reading;
      offset += contentBlockBytes;
      [now, next] = [next, now];
    }
    return hash.update(block).digest('hex');
  });
}

function noteData(data: DataMap, block: Uint8Array, offset: number): void {
  for (let from = 0; from < block.length; from += unitBytes) {
    const to = Math.min(from + unitBytes, block.length);
    if (!isZeros(block, from, to)) data.add(offset + from, to - from);
  }
}

/** Offsets of the blocks that the extents touch, each once, ascending. */
function* blocks(extents: Extents, size: number): Generator<number> {
  let next = 0;
  for (const [offset, length] of extents) {
    const end = Math.min(offset + length, size);
    next = Math.max(next, Math.floor(offset / contentBlockBytes) * contentBlockBytes);
    for (; next < end; next += contentBlockBytes) yield next;
  }
}

async function readFully(
  handle: FileHandle,
  buffer: Buffer<ArrayBuffer>,
  position: number,
): Promise<Buffer<ArrayBuffer>> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(
      buffer,
      length,
      buffer.length - length,
      position + length,
    );
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

async function reading<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  return await inCache(path, 'read', async () => {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  });
}
