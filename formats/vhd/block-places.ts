import type { BlockList } from '../shared/blocks/block-list.ts';
import { refuseVhd } from './checksum.ts';
import { type DynamicHeader, dynamicHeaderBytes } from './dynamic-header.ts';
import { footerBytes } from './footer.ts';

const sectorBytes = 512;

/**
 * Refuses blocks, given in the order of the file and known not to overlap each other, that overlap the headers or the
 * table. Returns the number of bytes that the file must have before the footer at its end.
 */
export function checkPlaces(blocks: BlockList, header: DynamicHeader): number {
  const { headerOffset, tableOffset, tableBytes, blockBytes, bitmapBytes } = header;
  const taken = [
    [0, footerBytes],
    [headerOffset, headerOffset + dynamicHeaderBytes],
    [tableOffset, tableOffset + tableBytes],
  ] as const;
  let end = Math.max(...taken.map(([, takenEnd]) => takenEnd));
  for (let i = 0; i < blocks.count; i += 1) {
    const from = blocks.placeAt(i) * sectorBytes;
    const to = from + bitmapBytes + blockBytes;
    end = Math.max(end, to);
    if (!taken.some(([takenFrom, takenTo]) => from < takenTo && to > takenFrom)) continue;
    throw refuseVhd('corrupt-table', 'a block of the disk overlaps a header or the table', {
      offset: tableOffset + blocks.blockAt(i) * 4,
      value: blocks.placeAt(i),
    });
  }
  return end;
}
