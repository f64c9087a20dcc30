import {
  abortable,
  type ByteSource,
  type DecodeContext,
  type DiskImage,
  type DiskSink,
} from '../../src/kit.ts';
import type { BlockList } from '../shared/blocks/block-list.ts';
import { readBlockMap } from '../shared/blocks/block-map.ts';
import { copyBlocks } from '../shared/blocks/copy-blocks.ts';
import { untilComplete } from '../shared/sources/until-complete.ts';
import { headerSectorBytes, parseVdiHeader, refuseVdi, type VdiHeader } from './header.ts';

/** This value and higher ones stand for a block that was never written, or was discarded. */
const absentFrom = 0xffff_fffe;

/** Reads the first sector and checks all its values; `copyTo` reads the map. */
export async function openVdi(source: ByteSource, context: DecodeContext): Promise<DiskImage> {
  const { signal, limits } = context;
  const header = parseVdiHeader(await abortable(source.read(0, headerSectorBytes), signal), limits);
  const { variant, virtualSize, blockBytes, mapOffset, usedBlocks } = header;
  if (mapOffset + usedBlocks * 4 > (source.sizeBytes ?? Number.POSITIVE_INFINITY)) {
    throw refuseVdi('truncated', 'the file ends before its block map does', { offset: mapOffset });
  }
  return {
    virtualSize,
    facts: { variant, clusterBytes: blockBytes, features: [] },
    copyTo: (sink) => copyImage(source, header, sink, context),
  };
}

async function copyImage(
  source: ByteSource,
  header: VdiHeader,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  const { signal, limits } = context;
  const { virtualSize, blockBytes, mapOffset, dataOffset, usedBlocks } = header;
  const map = {
    position: mapOffset,
    entries: usedBlocks,
    littleEndian: true,
    absentFrom,
    minDistance: 1,
  };
  const blocks = await readBlockMap(source, map, {
    signal,
    tableBytes: limits.tableBytes,
    refuseImage: refuseVdi,
  });
  checkLast(blocks, header, source.sizeBytes);
  await sink.setSize(virtualSize);
  const dataAt = (place: number): number => dataOffset + place * blockBytes;
  await copyBlocks({ blocks, blockBytes, virtualSize, dataAt }, source, sink, context, refuseVdi);
  await untilComplete(source, signal);
}

/** The block that is last in the file must be in the image's range, and must be complete. */
function checkLast(blocks: BlockList, header: VdiHeader, sizeBytes: number | undefined): void {
  if (blocks.count === 0) return;
  const { virtualSize, blockBytes, dataOffset, mapOffset } = header;
  const block = blocks.blockAt(blocks.count - 1);
  const place = blocks.placeAt(blocks.count - 1);
  const details = { offset: mapOffset + block * 4, value: place };
  if (place >= header.blocks) {
    throw refuseVdi('corrupt-table', 'the map names a block that the image does not have', details);
  }
  const start = BigInt(dataOffset) + BigInt(place) * BigInt(blockBytes);
  const end = start + BigInt(Math.min(blockBytes, virtualSize - block * blockBytes));
  if (end <= BigInt(sizeBytes ?? Number.MAX_SAFE_INTEGER)) return;
  throw refuseVdi('truncated', 'a block of the disk lies past the end of the file', details);
}
