import type { VolumeReader } from '../shared/volume-reader.ts';
import { badXfs } from './bad.ts';
import { byteOfBlock } from './places.ts';
import type { XfsSuperblock } from './superblock.ts';

const recordMagic = 0xfeed_babe;
const basicBlock = 512;
const pieceBytes = 1024 * 1024;
/** Client of the header of an operation, and its flag for a clean unmount. */
const unmountClient = 0xaa;
const unmountFlag = 0x20;

/**
 * Refuses a log that was not replayed: its newest record must be the one of a clean unmount. What such a disk shows without a
 * replay may be older than what was promised to be on it.
 */
export async function refuseDirtyLog(volume: VolumeReader, layout: XfsSuperblock): Promise<void> {
  const { logStart, logBlocks, blockBytes } = layout;
  if (logStart === 0n)
    throw badXfs('unsupported-feature', 'The log of the XFS file system lies on another device');
  const start = byteOfBlock(layout, logStart, logBlocks);
  const sizeBytes = logBlocks * blockBytes;
  let newest: { lsn: bigint; at: number } | undefined;
  for (let position = 0; position < sizeBytes; position += pieceBytes) {
    const piece = await volume.read(start + position, Math.min(pieceBytes, sizeBytes - position));
    for (let at = 0; at < piece.length; at += basicBlock) {
      if (piece.readUInt32BE(at) !== recordMagic) continue;
      const lsn = piece.readBigUInt64BE(at + 16);
      if (newest === undefined || lsn > newest.lsn) newest = { lsn, at: position + at };
    }
  }
  // A log that was never written needs nothing.
  if (newest === undefined) return;
  const record = await volume.read(start + newest.at, basicBlock);
  const headerBlocks = Math.max(1, Math.ceil(record.readUInt32BE(320) / 32_768));
  const version = record.readUInt32BE(8);
  const behind = newest.at + (version === 2 ? headerBlocks : 1) * basicBlock;
  const operation = await volume.read(start + (behind % sizeBytes), basicBlock);
  const isUnmount =
    record.readUInt32BE(40) === 1 &&
    operation[8] === unmountClient &&
    ((operation[9] ?? 0) & unmountFlag) !== 0;
  if (isUnmount) return;
  throw badXfs('unsupported-feature', 'The log of the XFS file system was not replayed', {
    hint: 'Mount the disk once on Linux and unmount it, or take it from a system that was shut down.',
  });
}
