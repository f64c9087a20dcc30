import { formatUuid } from '../shared/uuid.ts';
import { badXfs } from './bad.ts';
import { checkXfsSum } from './checksum.ts';
import type { XfsInode } from './inode.ts';
import type { XfsSuperblock } from './superblock.ts';

/** A name of a directory and its inode. */
export interface XfsName {
  name: string;
  inode: bigint;
}

/** Leaves and free lists begin here in the file of a directory; they are only an index. */
export const leafOffset: number = 32 * 1024 ** 3;

/** Names of a directory that is stored in its inode. */
export function* shortNames(
  layout: XfsSuperblock,
  { fork, sizeBytes }: XfsInode,
): Generator<XfsName> {
  if (sizeBytes > fork.length || sizeBytes < 6) throw badNames('a size that is impossible');
  const content = fork.subarray(0, sizeBytes);
  const isWide = (content[1] ?? 0) > 0;
  const inodeBytes = isWide ? 8 : 4;
  let at = 2 + inodeBytes;
  for (let left = content[0] ?? 0; left > 0; left -= 1) {
    const nameBytes = content[at] ?? 0;
    const place = at + 3 + nameBytes + (layout.hasFileTypes ? 1 : 0);
    if (place + inodeBytes > content.length) throw badNames('an entry that leaves it');
    const name = content.subarray(at + 3, at + 3 + nameBytes);
    const inode = isWide ? content.readBigUInt64BE(place) : BigInt(content.readUInt32BE(place));
    yield { name: checkName(name), inode };
    at = place + inodeBytes;
  }
}

/** Names in one block of a directory. */
export function* blockNames(
  layout: XfsSuperblock,
  { number }: XfsInode,
  block: Buffer,
): Generator<XfsName> {
  const magic = block.toString('latin1', 0, 4);
  const { hasChecksums } = layout;
  const [single, many, start] = hasChecksums ? ['XDB3', 'XDD3', 64] : ['XD2B', 'XD2D', 16];
  if (magic !== single && magic !== many) throw badNames('a block without a valid header');
  if (hasChecksums) {
    checkXfsSum(block, 4, 'a directory');
    if (block.readBigUInt64BE(40) !== number || formatUuid(block, 24) !== layout.metaUuid) {
      throw badNames('a block of another directory');
    }
  }
  const tail = magic === single ? 8 + 8 * block.readUInt32BE(block.length - 8) : 0;
  const end = block.length - tail;
  if (end < start) throw badNames('a tail that is too long');
  for (let at = start; at + 8 <= end; ) {
    if (block.readUInt16BE(at) === 0xffff) {
      const length = block.readUInt16BE(at + 2);
      if (length === 0 || length % 8 !== 0 || at + length > end)
        throw badNames('a gap that leaves it');
      at += length;
      continue;
    }
    const nameBytes = block[at + 8] ?? 0;
    const length = (11 + nameBytes + (layout.hasFileTypes ? 1 : 0) + 7) & ~7;
    if (nameBytes === 0 || at + length > end) throw badNames('an entry that leaves it');
    if (block.readUInt16BE(at + length - 2) !== at) throw badNames('an entry that lies elsewhere');
    const name = block.subarray(at + 9, at + 9 + nameBytes);
    const inode = block.readBigUInt64BE(at);
    at += length;
    if (name.equals(dot) || name.equals(dotDot)) continue;
    yield { name: checkName(name), inode };
  }
}

const dot = Buffer.from('.');
const dotDot = Buffer.from('..');

function checkName(bytes: Buffer): string {
  if (bytes.length === 0 || bytes.includes(0) || bytes.includes(0x2f)) {
    throw badNames('a name that is impossible');
  }
  return bytes.toString();
}

function badNames(what: string): Error {
  return badXfs('corrupt-table', `A directory of the XFS file system has ${what}`);
}
