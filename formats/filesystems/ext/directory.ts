import { badExt } from './bad.ts';

/** A name of a directory and its inode. */
export interface NamedInode {
  name: string;
  inode: number;
}

/** What is left of a block of inline names without `.` and `..` is checked as any other. */
export interface DirectoryBlock {
  bytes: Buffer;
  hasFileTypes: boolean;
}

/** The names in one block of a directory; `.` and `..` are left out. */
export function* namesIn({ bytes, hasFileTypes }: DirectoryBlock): Generator<NamedInode> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const stored = bytes.readUInt16LE(at + 4);
    // Blocks of 64 KiB have no room for their own length.
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
