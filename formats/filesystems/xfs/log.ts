import type { VolumeReader } from '../shared/volume-reader.ts';
import { badXfs } from './bad.ts';
import { byteOfBlock } from './places.ts';
import type { XfsSuperblock } from './superblock.ts';

const recordMagic = 0xfeed_babe;
const basicBlock = 512;
/** A record has at most 256 KiB after its headers, so one begins within this distance before the head. */
const longestRecord = 272 * 1024;
const pieceBytes = 16 * 1024;
/** The client id in an operation header, and its flag for a clean unmount. */
const unmountClient = 0xaa;
const unmountFlag = 0x20;

/** The log of one file system, counted in blocks of 512 bytes. */
interface Log {
  blocks: number;
  read(block: number, count: number): Promise<Buffer>;
}

/**
 * Refuses a log that was not replayed: the record before its head must be a clean unmount, as Linux requires. Without a
 * replay such a disk may lack data that was already synced.
 */
export async function refuseDirtyLog(volume: VolumeReader, layout: XfsSuperblock): Promise<void> {
  const { logStart, logBlocks, blockBytes } = layout;
  if (logStart === 0n)
    throw badXfs('unsupported-feature', 'The log of the XFS file system lies on another device');
  const start = byteOfBlock(layout, logStart, logBlocks);
  const log: Log = {
    blocks: (logBlocks * blockBytes) / basicBlock,
    read: (block, count) => volume.read(start + block * basicBlock, count * basicBlock),
  };
  if (log.blocks === 0) throw badXfs('corrupt-header', 'The log of the XFS file system is empty');
  const head = await findHead(log);
  // An unused log needs no replay.
  if (head === undefined || (await endsWithUnmount(log, head))) return;
  throw badXfs('unsupported-feature', 'The log of the XFS file system was not replayed', {
    hint: 'Mount the disk once on Linux and unmount it, or take it from a system that was shut down.',
  });
}

/**
 * The block after the newest one. Each block carries the number of its cycle through the log; the newest cycle comes
 * first, then the rest of the previous cycle, or zeros.
 */
async function findHead(log: Log): Promise<number | undefined> {
  const roundOf = async (block: number): Promise<number> => {
    const bytes = await log.read(block, 1);
    const first = bytes.readUInt32BE(0);
    return first === recordMagic ? bytes.readUInt32BE(4) : first;
  };
  const newest = await roundOf(0);
  if (newest === 0) return undefined;
  let [inside, behind] = [0, log.blocks - 1];
  if ((await roundOf(behind)) === newest) return log.blocks;
  while (behind - inside > 1) {
    const middle = Math.floor((inside + behind) / 2);
    if ((await roundOf(middle)) === newest) inside = middle;
    else behind = middle;
  }
  return behind;
}

/** True if the last record before the head ends at the head and contains only a clean unmount. */
async function endsWithUnmount(log: Log, head: number): Promise<boolean> {
  const piece = pieceBytes / basicBlock;
  const most = Math.min(log.blocks, longestRecord / basicBlock);
  for (let back = 0; back < most; ) {
    const end = back < head ? head - back : head - back + log.blocks;
    const count = Math.min(piece, end, most - back);
    const bytes = await log.read(end - count, count);
    for (let at = bytes.length - basicBlock; at >= 0; at -= basicBlock) {
      if (bytes.readUInt32BE(at) !== recordMagic) continue;
      const record = bytes.subarray(at, at + basicBlock);
      return await isUnmount(log, record, { at: end - count + at / basicBlock, head });
    }
    back += count;
  }
  return false;
}

async function isUnmount(
  log: Log,
  record: Buffer,
  { at, head }: { at: number; head: number },
): Promise<boolean> {
  const headers =
    record.readUInt32BE(8) === 2 ? Math.max(1, Math.ceil(record.readUInt32BE(320) / 32_768)) : 1;
  const length = Math.ceil(record.readUInt32BE(12) / basicBlock);
  const isWhole = (at + headers + length - head) % log.blocks === 0;
  if (!isWhole || record.readUInt32BE(40) !== 1) return false;
  const operation = await log.read((at + headers) % log.blocks, 1);
  return operation[8] === unmountClient && ((operation[9] ?? 0) & unmountFlag) !== 0;
}
