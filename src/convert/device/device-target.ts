import type { FileHandle } from 'node:fs/promises';
import { DataMap, unitBytes } from '../../bytes/extents.ts';
import type { SparseTarget } from '../../bytes/sparse-file.ts';
import { onDevice, tooSmall } from './device-error.ts';
import type { OutputDevice } from './open-device.ts';

/** The first MiB, which firmware reads first, is written last. */
const headBytes = 1024 * 1024;
/** Few writes of many bytes, because Node can neither discard nor allocate. */
const zeroes = Buffer.alloc(4 * 1024 * 1024);

/**
 * A block device as the destination of a disk, whatever it held before. From the first write on, its first MiB is
 * zeros, so that an incomplete disk does not boot; `seal` writes the real first MiB at the very end.
 */
export class DeviceTarget implements SparseTarget {
  readonly zeroed = false;
  readonly #device: OutputDevice;
  readonly #handle: FileHandle;
  readonly #signal: AbortSignal;
  readonly #head = Buffer.alloc(headBytes);
  /** Units that are written or zeroed: completely before `#end`, and the unit of `#end` up to it. */
  readonly #map = new DataMap();
  #end = headBytes;
  #begun = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(device: OutputDevice, signal: AbortSignal) {
    this.#device = device;
    this.#handle = device.handle;
    this.#signal = signal;
  }

  async truncate(bytes: number): Promise<void> {
    this.#require(bytes);
  }

  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }> {
    return this.#inTurn(async () => {
      this.#signal.throwIfAborted();
      const end = position + length;
      this.#require(end, true);
      await this.#begin();
      const from = Math.max(position, headBytes);
      const piece = bytes.subarray(offset, offset + length);
      if (position < headBytes) {
        this.#head.set(piece.subarray(0, headBytes - position), position);
      }
      if (from < end) await this.#put(from, piece.subarray(from - position));
      return { bytesWritten: length };
    });
  }

  /**
   * Zeroes the parts of a disk of this size that were never written, and waits until the device has everything except
   * the first MiB.
   */
  complete(sizeBytes: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#begin();
      const frontier = Math.min(unitEnd(this.#end), sizeBytes);
      if (this.#end < frontier) await this.#zero(this.#end, frontier);
      for (let at = headBytes; at < sizeBytes; ) {
        const end = this.#gapEnd(at, sizeBytes);
        if (end > at) await this.#zero(at, end);
        at = Math.max(end, at + unitBytes);
      }
      await this.#sync();
    });
  }

  /** Reads bytes of a complete disk. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(length);
    bytes.set(this.#head.subarray(position, position + length));
    const from = Math.max(position, headBytes);
    const rest = position + length - from;
    if (rest > 0) {
      await onDevice(this.#device.path, 'read', () =>
        this.#handle.read(bytes, from - position, rest, from),
      );
    }
    return bytes;
  }

  /** Writes the first MiB of a complete disk; if that fails, writes zeros there again. */
  seal(sizeBytes: number): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#writeAll(this.#head.subarray(0, sizeBytes), 0);
        await this.#sync();
      } catch (error) {
        const { sizeBytes } = this.#device;
        await this.#writeAll(zeroes.subarray(0, Math.min(headBytes, sizeBytes)), 0).catch(() => {});
        await this.#sync().catch(() => {});
        throw error;
      }
    });
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#zero(0, Math.min(headBytes, this.#device.sizeBytes));
    await onDevice(this.#device.path, 'write', () => wipeStaleTable(this.#device));
    // The zeros must be on the device before any other byte.
    await this.#sync();
  }

  /** Writes bytes, and zeroes the rest of the units in which they begin and end. */
  async #put(start: number, bytes: Uint8Array): Promise<void> {
    const end = start + bytes.length;
    const first = unitStart(start);
    const frontier = unitEnd(this.#end);
    if (start > this.#end) {
      if (this.#end < frontier) await this.#zero(this.#end, Math.min(start, frontier));
      if (first >= frontier) await this.#zero(first, start);
    } else {
      if (!this.#map.touches(start, 1) && start < this.#end) await this.#zero(first, start);
      if (!this.#map.touches(end - 1, 1) && end < this.#end) await this.#zero(end, unitEnd(end));
    }
    await this.#writeAll(bytes, start);
    this.#map.add(start, bytes.length);
    this.#end = Math.max(this.#end, end);
  }

  /** End of the unwritten units from `at` on; `at` itself if it was written. */
  #gapEnd(at: number, sizeBytes: number): number {
    let end = at;
    while (end < sizeBytes && end - at < zeroes.length && !this.#map.touches(end, 1)) {
      end += unitBytes;
    }
    return Math.min(end, sizeBytes);
  }

  async #zero(start: number, end: number): Promise<void> {
    for (let at = start; at < end; at += zeroes.length) {
      this.#signal.throwIfAborted();
      await this.#writeAll(zeroes.subarray(0, end - at), at);
    }
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await onDevice(this.#device.path, 'write', () =>
        this.#handle.write(bytes, done, bytes.length - done, position + done),
      );
      done += bytesWritten;
    }
  }

  #sync(): Promise<void> {
    return onDevice(this.#device.path, 'sync', () => this.#handle.sync());
  }

  #require(bytes: number, isLeast = false): void {
    const { path, sizeBytes } = this.#device;
    if (bytes > sizeBytes) throw tooSmall(path, bytes, sizeBytes, isLeast);
  }

  /** Runs one task at a time, because writes may share a unit. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

function unitStart(position: number): number {
  return position - (position % unitBytes);
}

function unitEnd(position: number): number {
  return Math.ceil(position / unitBytes) * unitBytes;
}

const signature = Buffer.from('EFI PART');

/**
 * Removes the header of a backup partition table from the last sector of a device: it describes the previous disk,
 * and repair tools and some firmware would restore that one (UEFI 2.10, section 5.3.2).
 */
async function wipeStaleTable({ handle, sizeBytes }: OutputDevice): Promise<void> {
  for (const sectorBytes of [512, 4096]) {
    const position = sizeBytes - sectorBytes;
    if (position < 0) continue;
    const { buffer } = await handle.read(Buffer.alloc(sectorBytes), 0, sectorBytes, position);
    if (signature.compare(buffer, 0, signature.length) !== 0) continue;
    await handle.write(Buffer.alloc(sectorBytes), 0, sectorBytes, position);
  }
}
