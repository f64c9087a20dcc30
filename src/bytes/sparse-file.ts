import type { DiskSink, SinkFile } from '../contracts/bytes.ts';
import { raiseLimit } from '../errors/limit-hint.ts';
import { CacheError, refuse } from '../errors.ts';
import { blockRuns } from './block-runs.ts';
import { DataMap, type Extents } from './extents.ts';
import { fillBytesOf } from './fill.ts';

/** Length of a block that its writer digests. */
const digestedBytes = 1024 * 1024;
const zeroPiece = Buffer.alloc(1024 * 1024);

/** The destination of a sparse disk: a new, empty file, a device, or an object that only counts. */
export type SparseTarget = {
  /** False if ranges that are not written may hold other data. */
  readonly zeroed?: boolean;
  /** Descriptor, for a new file. */
  readonly fd?: number;
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
  truncate(bytes: number): Promise<void>;
};

/** Upper bounds for a disk, in bytes. */
export interface SparseBounds {
  /** Its virtual size. */
  maxBytes: number;
  /** Its non-zero data; called as data arrives, because the bound may grow with the source. */
  maxDataBytes?: () => number;
  /** Number of bytes of 0xFF that do not count as data. */
  maxFillBytes?: number;
  /** Free space at the destination before the first write. */
  freeBytes?: number;
}

/**
 * A new, empty file as a `DiskSink`: blocks of zeros are never written, so they stay holes. Another target must
 * handle the unwritten ranges itself.
 */
export class SparseFile implements DiskSink {
  readonly zeroed: boolean;
  readonly file: SinkFile | undefined;
  readonly #handle: SparseTarget;
  readonly #bounds: SparseBounds;
  readonly #onWrite: (bytes: number) => void;
  readonly #onData: (position: number, length: number) => void;
  readonly #onDigest: (position: number, sha256: Uint8Array) => void;
  readonly #map = new DataMap();
  #sizeBytes: number | undefined;
  #end = 0;
  #dataBytes = 0;
  #fillBytes = 0;

  /**
   * `onWrite` is called with the number of finished bytes of the disk, and `onData` with every written range.
   * `onDigest` is called after it with the blocks of 1 MiB that hold only this data and that their writer digested.
   */
  constructor(
    handle: SparseTarget,
    bounds: SparseBounds,
    onWrite: (bytes: number) => void = () => {},
    onData: (position: number, length: number) => void = () => {},
    onDigest?: (position: number, sha256: Uint8Array) => void,
  ) {
    this.zeroed = handle.zeroed ?? true;
    const { fd } = handle;
    if (this.zeroed && fd !== undefined) {
      this.file = {
        fd,
        wantsDigests: onDigest !== undefined,
        wrote: (...written) => this.#note(...written),
        settled: onWrite,
      };
    }
    this.#handle = handle;
    this.#bounds = bounds;
    this.#onWrite = onWrite;
    this.#onData = onData;
    this.#onDigest = onDigest ?? (() => {});
  }

  /** The virtual size: as set, else the end of the last write. */
  get sizeBytes(): number {
    return this.#sizeBytes ?? this.#end;
  }

  /** Non-zero bytes, in blocks of 4 KiB; a block that is written twice counts twice. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  extents(): Extents {
    return this.#map.extents(this.sizeBytes);
  }

  async setSize(bytes: number): Promise<void> {
    this.#check(bytes, bytes);
    if (this.#end > bytes) throw pastEnd(this.#end, bytes);
    this.#sizeBytes = bytes;
    await this.#handle.truncate(bytes);
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.#reach(position + bytes.length);
    for (const { from, to, isHole } of blockRuns(position, bytes)) {
      if (!isHole || this.#map.touches(position + from, to - from)) {
        await this.#put(position + from, bytes.subarray(from, to));
      }
    }
    this.#onWrite(bytes.length);
  }

  async zero(position: number, length: number): Promise<void> {
    this.#reach(position + length);
    for (let done = 0; done < length; done += zeroPiece.length) {
      const piece = Math.min(zeroPiece.length, length - done);
      if (this.#map.touches(position + done, piece)) {
        await this.#put(position + done, zeroPiece.subarray(0, piece));
      }
    }
    this.#onWrite(length);
  }

  async #put(position: number, bytes: Uint8Array): Promise<void> {
    this.#map.add(position, bytes.length);
    this.#dataBytes += bytes.length;
    this.#fillBytes += fillBytesOf(position, bytes);
    this.#checkData();
    for (let done = 0; done < bytes.length; ) {
      const rest = bytes.length - done;
      done += (await this.#handle.write(bytes, done, rest, position + done)).bytesWritten;
    }
    this.#onData(position, bytes.length);
  }

  #note(...[ranges, fillBytes = 0, digests = []]: Parameters<SinkFile['wrote']>): void {
    this.#fillBytes += fillBytes;
    // The digest does not cover older data of the block, or data that is still being written.
    const fresh = digests.filter(([offset]) => !this.#map.touches(offset, digestedBytes));
    for (let i = 0; i < ranges.length; i += 2) {
      const [position = 0, length = 0] = [ranges[i], ranges[i + 1]];
      this.#reach(position + length);
      this.#map.add(position, length);
      this.#dataBytes += length;
      this.#onData(position, length);
    }
    this.#checkData();
    for (const [offset, sha256] of fresh) this.#onDigest(offset, sha256);
  }

  #reach(end: number): void {
    if (this.#sizeBytes !== undefined && end > this.#sizeBytes) throw pastEnd(end, this.#sizeBytes);
    this.#check(end, undefined);
    this.#end = Math.max(this.#end, end);
  }

  /** `whole`: the length of the disk, if known. */
  #check(bytes: number, whole: number | undefined): void {
    const { maxBytes } = this.#bounds;
    if (bytes <= maxBytes) return;
    throw refuse('limit', `the disk is larger than the limit of ${maxBytes} bytes`, {
      limit: maxBytes,
      value: bytes,
      hint: raiseLimit('virtualBytes', whole),
    });
  }

  #checkData(): void {
    const { maxDataBytes, maxFillBytes = 0, freeBytes = Number.POSITIVE_INFINITY } = this.#bounds;
    if (this.#fillBytes > freeBytes) throw noRoom(this.#fillBytes, freeBytes);
    const limit = maxDataBytes?.() ?? Number.POSITIVE_INFINITY;
    const fill = Math.min(this.#fillBytes, maxFillBytes);
    if (this.#dataBytes - fill <= limit) return;
    // The rest of a disk of known length may be fill only.
    const isFill = this.#dataBytes - this.#fillBytes <= limit;
    throw refuse(
      'limit',
      isFill
        ? `the disk holds more than ${maxFillBytes} bytes of 0xFF, too much for the size of its image`
        : `the disk holds more than ${limit} bytes of data, too much for the size of its image`,
      {
        limit: isFill ? maxFillBytes : limit,
        hint: isFill ? raiseLimit('fillBytes', this.#sizeBytes) : raiseLimit('dataRatio'),
      },
    );
  }
}

/** Fill takes space on disk, but no estimate counts it: compressed, it has almost no length. */
function noRoom(neededBytes: number, freeBytes: number): CacheError {
  return new CacheError({
    code: 'ERR_NO_SPACE',
    message: `the disk holds more than ${freeBytes} bytes of 0xFF, more than the free space`,
    hint: 'Free space on the disk of the output, or write to another disk.',
    details: { neededBytes, freeBytes },
  });
}

function pastEnd(end: number, sizeBytes: number): Error {
  return refuse(
    'corrupt-data',
    `data at ${end} lies past the end of a disk of ${sizeBytes} bytes`,
    {
      offset: end,
    },
  );
}
