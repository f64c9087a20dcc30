import type { Extents } from '../../../src/bytes/extents.ts';
import { type ContentDigestText, digestBlocks } from '../../../src/cache/digest/content-digest.ts';
import { tabulateDisk } from '../../../src/cache/digest/hash-disk.ts';

/** The content digest of a file, computed as in publishing and verifying. */
export async function hashDisk(
  path: string,
  extents?: Extents,
  signal?: AbortSignal,
): Promise<ContentDigestText> {
  const { blocks, sizeBytes } = await tabulateDisk(path, extents, signal);
  return digestBlocks(blocks, sizeBytes);
}
