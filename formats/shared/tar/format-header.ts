import { blockBytes } from './header.ts';

export interface TarMemberHead {
  name: string;
  /** Bytes that follow. */
  storedBytes: number;
  /** The real size of a sparse member in the old form of GNU tar. */
  realBytes?: number;
}

/** The largest number in eleven octal digits. */
const maxOctal = 8 ** 11 - 1;
const checksumAt = 148;

/**
 * The header of a file that all may read and root owns, without a time; `finishTarHeader` adds the checksum when the
 * rest is complete. ustar, or GNU tar's old form if the member is sparse.
 */
export function formatTarHeader({ name, storedBytes, realBytes }: TarMemberHead): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0, 'latin1');
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  writeTarNumber(block, 124, storedBytes);
  writeTarNumber(block, 136, 0);
  block.write(realBytes === undefined ? '0' : 'S', 156, 'latin1');
  block.write(realBytes === undefined ? 'ustar\0' + '00' : 'ustar  \0', 257, 'latin1');
  if (realBytes !== undefined) writeTarNumber(block, 483, realBytes);
  return block;
}

/** A field of twelve bytes: octal digits, or base-256 if they are not enough (GNU tar, and every current reader). */
export function writeTarNumber(block: Buffer, at: number, value: number): void {
  if (value <= maxOctal) {
    block.write(`${value.toString(8).padStart(11, '0')}\0`, at, 'latin1');
    return;
  }
  block.writeUInt8(0x80, at);
  block.fill(0, at + 1, at + 4);
  block.writeBigUInt64BE(BigInt(value), at + 4);
}

export function finishTarHeader(block: Buffer): Buffer {
  block.fill(' ', checksumAt, checksumAt + 8);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, checksumAt, 'latin1');
  return block;
}
