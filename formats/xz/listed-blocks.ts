import type { ByteSource } from '../../src/kit.ts';
import { readIndexesBack } from './indexes-back.ts';

/** A block in the index. */
export interface ListedBlock {
  /** Header, data and check, without the padding of the data. */
  unpaddedBytes: number;
  uncompressedBytes: number;
}

/** A longer list is not worth the memory: blocks are found without it. */
const maxBlocks = 65_536;

/**
 * The blocks in the indexes of a complete file, in the order of the file; `undefined` while it is not complete. The
 * list may be wrong, so it is compared with the blocks.
 */
export async function listedBlocks(source: ByteSource): Promise<ListedBlock[] | undefined> {
  if (source.sizeBytes === undefined || source.readyBytes < source.sizeBytes) return undefined;
  const streams: ListedBlock[][] = [];
  let count = 0;
  const sound = await readIndexesBack(source, (stream, unpaddedBytes, uncompressedBytes) => {
    count += 1;
    if (count > maxBlocks) return;
    streams[stream] ??= [];
    streams[stream].push({ unpaddedBytes, uncompressedBytes });
  });
  // The last stream comes first; a stream without blocks has no list.
  return sound && count <= maxBlocks ? streams.reverse().flat() : [];
}
