import { abortable, type ByteSource, raiseLimit, viewOf } from '../../../src/kit.ts';
import type { ImageRefusal } from '../image-refusal.ts';
import { BlockList, blockListEntryBytes } from './block-list.ts';

const entryBytes = 4;
const pieceBytes = 1024 * 1024;

/** The place of a map of 32-bit entries, one for each block of the disk, and the values allowed in it. */
export interface BlockMapPlace {
  position: number;
  /** Entries that describe the disk; the map may have more entries. */
  entries: number;
  littleEndian: boolean;
  /** Values from this one on mean that the block reads as zeros; a lower value is its place in the file. */
  absentFrom: number;
  /** Minimum distance between two places. */
  minDistance: number;
}

/**
 * The blocks that have a place in the file, in the order of the file. Refuses a map that is cut, that needs more than
 * `tableBytes` of memory, or whose blocks overlap.
 */
export async function readBlockMap(
  source: ByteSource,
  map: BlockMapPlace,
  {
    signal,
    tableBytes,
    refuseImage,
  }: { signal: AbortSignal; tableBytes: number; refuseImage: ImageRefusal },
): Promise<BlockList> {
  const maxBlocks = Math.floor(tableBytes / blockListEntryBytes);
  const list = new BlockList();
  const mapBytes = map.entries * entryBytes;
  for (let done = 0; done < mapBytes; done += pieceBytes) {
    const length = Math.min(pieceBytes, mapBytes - done);
    const bytes = await abortable(source.read(map.position + done, length), signal);
    if (bytes.length < length) {
      const offset = map.position + done + bytes.length;
      throw refuseImage('truncated', 'the file ends inside its block map', { offset });
    }
    const view = viewOf(bytes);
    for (let at = 0; at < length; at += entryBytes) {
      const place = view.getUint32(at, map.littleEndian);
      if (place < map.absentFrom) list.add(place, (done + at) / entryBytes);
    }
    if (list.count > maxBlocks) {
      throw refuseImage('limit', 'the disk has more blocks than may be held in memory', {
        limit: tableBytes,
        hint: raiseLimit('tableBytes'),
      });
    }
  }
  list.sort();
  for (let i = 1; i < list.count; i += 1) {
    if (list.placeAt(i) - list.placeAt(i - 1) >= map.minDistance) continue;
    throw refuseImage('corrupt-table', 'two blocks of the disk share a place in the file', {
      offset: map.position + list.blockAt(i) * entryBytes,
      value: list.placeAt(i),
    });
  }
  return list;
}
