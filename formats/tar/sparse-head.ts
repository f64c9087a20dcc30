import { finishTarHeader, formatTarHeader, writeTarNumber } from '../shared/tar/format-header.ts';
import { blockBytes } from '../shared/tar/header.ts';

const entryBytes = 24;
const [inHeader, headerMapAt, headerMoreAt] = [4, 386, 482];
const [inBlock, blockMoreAt] = [21, 504];

/** The bytes before the data of a sparse member (GNU tar manual, "Old GNU Format"). */
export function formatSparseHead(
  name: string,
  realBytes: number,
  extents: readonly (readonly [position: number, length: number])[],
): Buffer {
  const map = [...extents];
  let storedBytes = 0;
  for (const [, length] of extents) storedBytes += length;
  const [position, length] = extents.at(-1) ?? [0, 0];
  // An extent of no bytes marks the end of a file that ends with a hole.
  if (position + length < realBytes || extents.length === 0) map.push([realBytes, 0]);
  const header = formatTarHeader({ name, storedBytes, realBytes });
  writeMap(header, headerMapAt, map.slice(0, inHeader));
  const blocks: Buffer[] = [header];
  for (let done = inHeader; done < map.length; done += inBlock) {
    blocks.at(-1)?.writeUInt8(1, blocks.length === 1 ? headerMoreAt : blockMoreAt);
    const block = Buffer.alloc(blockBytes);
    writeMap(block, 0, map.slice(done, done + inBlock));
    blocks.push(block);
  }
  finishTarHeader(header);
  return Buffer.concat(blocks);
}

function writeMap(
  block: Buffer,
  at: number,
  entries: readonly (readonly [position: number, length: number])[],
): void {
  for (const [i, [position, length]] of entries.entries()) {
    writeTarNumber(block, at + i * entryBytes, position);
    writeTarNumber(block, at + i * entryBytes + entryBytes / 2, length);
  }
}
