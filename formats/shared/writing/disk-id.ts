import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * An id derived from the data of a disk, so that the same disk is written with the same bytes each time. It
 * distinguishes disks but proves nothing: it uses only a CRC of each block.
 */
export class DiskId {
  readonly #hash = createHash('sha1');
  readonly #row = Buffer.alloc(12);

  /** Call it in the order of the disk. */
  add(index: number, bytes: Uint8Array): void {
    this.addCrc(index, crc32(bytes));
  }

  /** The same, from the CRC-32 of the bytes. */
  addCrc(index: number, crc: number): void {
    this.#row.writeUInt32LE(crc, 0);
    this.#row.writeDoubleLE(index, 4);
    this.#hash.update(this.#row);
  }

  /**
   * 16 bytes of a UUID in the form of version 5; another `use` gives another id of the same disk. May be called several
   * times.
   */
  finish(use: string): Uint8Array {
    const id = this.#hash.copy().update(use).digest().subarray(0, 16);
    id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x50, 6);
    id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
    return id;
  }

  /** The same with its first three fields in little-endian order, as Microsoft and VirtualBox write them. */
  guid(use: string): Uint8Array {
    const id = Buffer.from(this.finish(use));
    id.subarray(0, 4).reverse();
    id.subarray(4, 6).reverse();
    id.subarray(6, 8).reverse();
    return id;
  }
}
