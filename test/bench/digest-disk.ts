import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

const blockBytes = 1024 * 1024;
const zeros = Buffer.alloc(blockBytes);

/**
 * A digest of every byte of a file and of its size: blocks that are not all zeros are hashed with their place; holes,
 * which the file system reports, are not read. It does not depend on the layout of a file on disk.
 */
export async function digestDisk(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256').update(`${size}\n`);
    const block = Buffer.alloc(blockBytes);
    for (const number of blocksWithExtents(path, size)) {
      const bytes = await readBlock(handle, block, number * blockBytes);
      if (bytes.equals(zeros.subarray(0, bytes.length))) continue;
      hash.update(`${number}\n`).update(bytes);
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

/** Numbers of the blocks that are not completely holes. */
function* blocksWithExtents(path: string, size: number): Generator<number> {
  let next = 0;
  for (const [start, end] of readExtents(path) ?? [[0, size] as const]) {
    const last = Math.ceil(Math.min(end, size) / blockBytes);
    for (let i = Math.max(next, Math.floor(start / blockBytes)); i < last; i += 1) yield i;
    next = Math.max(next, last);
  }
}

/** Extents in bytes, ascending; `undefined` if the file system or the machine cannot report them. */
function readExtents(path: string): (readonly [start: number, end: number])[] | undefined {
  let listing: string;
  try {
    listing = execFileSync('filefrag', ['-v', '-s', '-b1', path], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
  const rows = listing.matchAll(/^\s*\d+:\s*(\d+)\.\.\s*(\d+):/gm);
  return [...rows].map(([, first, last]) => [Number(first), Number(last) + 1] as const);
}

async function readBlock(handle: FileHandle, block: Buffer, position: number): Promise<Buffer> {
  let length = 0;
  while (length < block.length) {
    const rest = block.length - length;
    const { bytesRead } = await handle.read(block, length, rest, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return block.subarray(0, length);
}
