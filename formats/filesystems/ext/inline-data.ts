import { badExt } from './bad.ts';
import type { Inode } from './inode.ts';

const attributeMagic = 0xea02_0000;
const systemIndex = 7;
const inMap = 60;

/** The content of a file that is stored in its inode: 60 bytes in the map, the rest in the attribute `system.data`. */
export function readInlineData({ bytes, map, sizeBytes, number }: Inode): Buffer {
  const rest = sizeBytes > inMap ? attributeValue(bytes, number) : Buffer.alloc(0);
  const stored = Buffer.concat([map, rest]);
  // A shorter value is padded with zeros; the size is limited by the inode, not by the declared size.
  if (sizeBytes > stored.length + bytes.length) throw badInline(number);
  const content = Buffer.alloc(sizeBytes);
  stored.copy(content, 0, 0, sizeBytes);
  return content;
}

/** The value of `system.data` in the inode; nothing if the inode has none. */
export function attributeValue(bytes: Buffer, number: number): Buffer {
  if (bytes.length < 132) return Buffer.alloc(0);
  const start = 128 + bytes.readUInt16LE(128);
  if (start + 4 > bytes.length || bytes.readUInt32LE(start) !== attributeMagic)
    return Buffer.alloc(0);
  const first = start + 4;
  for (let at = first; at + 16 <= bytes.length && bytes.readUInt32LE(at) !== 0; ) {
    const nameBytes = bytes[at] ?? 0;
    const name = bytes.toString('latin1', at + 16, at + 16 + nameBytes);
    if (bytes[at + 1] === systemIndex && name === 'data') {
      const value = first + bytes.readUInt16LE(at + 2);
      const length = bytes.readUInt32LE(at + 8);
      if (value + length > bytes.length) throw badInline(number);
      return bytes.subarray(value, value + length);
    }
    at += (16 + nameBytes + 3) & ~3;
  }
  return Buffer.alloc(0);
}

function badInline(number: number): Error {
  return badExt('corrupt-table', `The inline data of the ext inode ${number} leaves the inode`);
}
