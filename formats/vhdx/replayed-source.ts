import { abortable, type ByteSource, type DecodeContext } from '../../src/kit.ts';
import { EarlyBytes } from '../shared/sources/early-bytes.ts';
import { refuseVhdx } from './file-range.ts';
import { LogOverlay } from './log-overlay.ts';
import type { Replay } from './replay-log.ts';

/** Tables that are farther ahead than this are requested separately; nearer ones are waited for. */
const farBytes = 16 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/** The content of the file after its log was replayed: updates are kept in memory over it, and may make it longer. */
export class ReplayedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #context: DecodeContext;
  readonly #early: EarlyBytes;
  #overlay = new LogOverlay();
  #flushedFileSize = 0n;

  constructor(source: ByteSource, context: DecodeContext) {
    this.#source = source;
    this.#context = context;
    this.#early = new EarlyBytes(source, context, refuseVhdx);
  }

  get sizeBytes(): number | undefined {
    const { sizeBytes } = this.#source;
    return sizeBytes === undefined ? undefined : Math.max(sizeBytes, this.#overlay.end);
  }

  get readyBytes(): number {
    const { readyBytes } = this.#source;
    return this.#isWhole() ? Math.max(readyBytes, this.#overlay.end) : readyBytes;
  }

  /** Adds the updates of a log, and refuses a file that is shorter than the log requires. */
  replay({ overlay, flushedFileSize }: Replay): void {
    this.#overlay = overlay;
    this.#flushedFileSize = flushedFileSize;
    this.#checkFlushedSize();
  }

  grown(): Promise<void> {
    return this.#source.grown();
  }

  async read(position: number, length: number, memory?: Uint8Array): Promise<Uint8Array> {
    return this.#update(position, length, await this.#source.read(position, length, memory));
  }

  async *stream(): AsyncIterable<Uint8Array> {
    for (let position = 0; ; ) {
      const bytes = await this.read(position, pieceBytes);
      if (bytes.length === 0) return;
      yield bytes;
      position += bytes.length;
    }
  }

  /** All bytes of a table, fetched early if they are far ahead; `what` continues "the file ends inside …". */
  async readTable(position: number, length: number, what: string): Promise<Uint8Array> {
    this.checkInside(position, position + length, what);
    const { signal, limits } = this.#context;
    const isFar = position + length > this.#source.readyBytes + farBytes;
    const fetched =
      isFar && length <= limits.tableBytes / 4
        ? await this.#early.fetch(position, length)
        : undefined;
    const passed = fetched ?? (await abortable(this.#source.read(position, length), signal));
    const bytes = this.#update(position, length, passed);
    if (bytes.length < length) throw cut(what, position + bytes.length);
    return bytes;
  }

  /** Refuses a range outside the file, if the size is known already. */
  checkInside(start: number, end: number, what: string): void {
    const { sizeBytes } = this.#source;
    if (sizeBytes === undefined || end <= sizeBytes) return;
    if (!this.#overlay.covers(Math.max(start, sizeBytes), end)) throw cut(what, start);
  }

  /** Waits for the end of the file, and makes the checks that were not possible before. */
  async finish(): Promise<void> {
    while (!this.#isWhole()) await abortable(this.#source.grown(), this.#context.signal);
    this.#checkFlushedSize();
    await this.#early.confirm();
  }

  #isWhole(): boolean {
    const { sizeBytes, readyBytes } = this.#source;
    return sizeBytes !== undefined && readyBytes >= sizeBytes;
  }

  /** A file that ends before the log's updates do is longer after the replay; other bytes past the end stay missing. */
  #update(position: number, length: number, bytes: Uint8Array): Uint8Array {
    const end = position + length;
    if (!this.#overlay.touches(position, end)) return bytes;
    const isCovered = this.#overlay.covers(position + bytes.length, end);
    const updated = new Uint8Array(isCovered ? length : bytes.length);
    updated.set(bytes);
    this.#overlay.apply(position, updated);
    return updated;
  }

  #checkFlushedSize(): void {
    const { sizeBytes } = this.#source;
    if (sizeBytes === undefined || BigInt(sizeBytes) >= this.#flushedFileSize) return;
    throw refuseVhdx('truncated', 'the file is shorter than it was when its log was written', {
      offset: sizeBytes,
      value: String(this.#flushedFileSize),
    });
  }
}

function cut(what: string, offset: number): Error {
  return refuseVhdx('truncated', `the file ends inside ${what}`, { offset });
}
