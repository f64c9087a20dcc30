import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { WriterSink } from '../../src/kit.ts';
import { combineCrc } from './combine-crc.ts';

/** Compression options of every piece; each piece ends at a byte boundary, so that the next one can follow. */
export const pieceOptions: { level: number; memLevel: number; finishFlush: number } = {
  level: 6,
  memLevel: 9,
  finishFlush: constants.Z_SYNC_FLUSH,
};

/** Deflate; no name, no time; made on Unix (RFC 1952). */
const start = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

/** One gzip member, made of pieces that were compressed separately. */
export class GzipWriter {
  readonly #out: WriterSink;
  #position = 0;
  #crc = 0;
  #sizeBytes = 0;

  constructor(out: WriterSink) {
    this.#out = out;
  }

  async start(): Promise<void> {
    await this.#append(start);
  }

  /** Compresses a few bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.add(deflateRawSync(bytes, pieceOptions), [[bytes.length, crc32(bytes)]]);
  }

  /** `packed` are compressed pieces one after the other, `units` the length and CRC-32 of each piece's content. */
  async add(packed: Uint8Array, units: readonly [length: number, crc: number][]): Promise<void> {
    for (const [length, crc] of units) {
      this.#crc = combineCrc(this.#crc, crc, length);
      this.#sizeBytes += length;
    }
    await this.#append(packed);
  }

  /** Compresses the last bytes and ends the file. */
  async finish(bytes: Uint8Array): Promise<void> {
    this.#crc = crc32(bytes, this.#crc);
    const end = Buffer.alloc(8);
    end.writeUInt32LE(this.#crc, 0);
    end.writeUInt32LE((this.#sizeBytes + bytes.length) % 2 ** 32, 4);
    await this.#append(Buffer.concat([deflateRawSync(bytes), end]));
    await this.#out.setSize(this.#position);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#out.write(this.#position, bytes);
    this.#position += bytes.length;
  }
}
