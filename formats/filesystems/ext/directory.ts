import { badExt } from './bad.ts';

/** A name in a directory and its inode. */
export interface NamedInode {
  name: string;
  inode: number;
}

/** A block of inline names is checked as any other after `.` and `..` are removed. */
export interface DirectoryBlock {
  bytes: Buffer;
  hasFileTypes: boolean;
}

/** Yields the names in one block of a directory, without `.` and `..`. */
export function* namesIn({ bytes, hasFileTypes }: DirectoryBlock): Generator<NamedInode> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const stored = bytes.readUInt16LE(at + 4);
    // The length field has 16 bits, too few for a block of 64 KiB.
    const length =
      stored === 0xffff || (stored === 0 && bytes.length === 0x1_0000) ? 0x1_0000 : stored;
    const nameBytes = hasFileTypes ? (bytes[at + 6] ?? 0) : bytes.readUInt16LE(at + 6);
    if (length < 8 + nameBytes || length % 4 !== 0 || at + length > bytes.length) {
      throw badExt('corrupt-table', 'An entry of an ext directory leaves its block');
    }
    const inode = bytes.readUInt32LE(at);
    const name = bytes.toString('utf8', at + 8, at + 8 + nameBytes);
    at += length;
    if (inode === 0 || nameBytes === 0 || name === '.' || name === '..') continue;
    if (name.includes('/') || name.includes('\0')) {
      throw badExt('corrupt-table', 'A name in an ext directory holds a slash or a zero byte');
    }
    yield { name, inode };
  }
}
