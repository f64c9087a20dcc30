import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * An id that follows from the data of a disk, so that the same disk is written the same way twice. It tells disks apart and
 * proves nothing: of each block only a CRC counts.
 */
export class DiskId {
  readonly #hash = createHash('sha1');
  readonly #row = Buffer.alloc(12);

  /** In the order of the disk. */
  add(index: number, bytes: Uint8Array): void {
    this.addCrc(index, crc32(bytes));
  }

  /** The same by the CRC-32 of the bytes. */
  addCrc(index: number, crc: number): void {
    this.#row.writeUInt32LE(crc, 0);
    this.#row.writeDoubleLE(index, 4);
    this.#hash.update(this.#row);
  }

  /** 16 bytes of a UUID, version 5 in form; other ids of the same disk have another `use`. May be asked several times. */
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
