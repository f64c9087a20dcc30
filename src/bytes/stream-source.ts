import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../contracts/bytes.ts';
import { GrowingFile } from './growing-file.ts';

/** Enough for the detection of every format. */
const headBytes = 128 * 1024;

/**
 * The output of a codec as a `ByteSource`. Reading the head and then streaming needs no disk space; the first read
 * after the head starts a scratch file for the rest.
 */
export class StreamSource implements ByteSource {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #scratch: Scratch;
  #head: Uint8Array[] = [];
  #headLength = 0;
  #headEnded = false;
  #streamed = 0;
  #streaming = false;
  #file: Promise<GrowingFile> | undefined;
  #spooled: GrowingFile | undefined;

  constructor(bytes: AsyncIterable<Uint8Array>, scratch: Scratch) {
    this.#iterator = bytes[Symbol.asyncIterator]();
    this.#scratch = scratch;
  }

  get sizeBytes(): number | undefined {
    if (this.#spooled !== undefined) return this.#spooled.sizeBytes;
    return this.#headEnded ? this.#headLength : undefined;
  }

  get readyBytes(): number {
    return this.#spooled?.readyBytes ?? Math.max(this.#headLength, this.#streamed);
  }

  async grown(): Promise<void> {
    if (this.#headEnded) return;
    await (await this.#spool()).grown();
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (this.#file === undefined && !this.#streaming && position + length <= headBytes) {
      await this.#fillHead(position + length);
    }
    if (this.#file === undefined && (this.#headEnded || position + length <= this.#headLength)) {
      return Buffer.concat(this.#head).subarray(position, position + length);
    }
    return (await this.#spool()).read(position, length);
  }

  async *stream(reuse = false): AsyncIterable<Uint8Array> {
    if (this.#file !== undefined) {
      yield* (await this.#file).stream(reuse);
      return;
    }
    this.#streaming = true;
    try {
      for (const chunk of this.#head) {
        this.#streamed += chunk.length;
        yield chunk;
      }
      while (!this.#headEnded) {
        const next = await this.#iterator.next();
        if (next.done === true) return;
        this.#streamed += next.value.length;
        yield next.value;
      }
    } finally {
      await this.#iterator.return?.();
    }
  }

  async #fillHead(wanted: number): Promise<void> {
    while (this.#headLength < wanted && !this.#headEnded) {
      const next = await this.#iterator.next();
      if (next.done === true) {
        this.#headEnded = true;
        return;
      }
      this.#head.push(next.value);
      this.#headLength += next.value.length;
    }
  }

  #spool(): Promise<GrowingFile> {
    if (this.#streaming) throw new Error('the bytes of this stream were read before and are gone');
    this.#file ??= this.#startSpool();
    return this.#file;
  }

  async #startSpool(): Promise<GrowingFile> {
    const file = new GrowingFile(await this.#scratch.open());
    this.#spooled = file;
    const fill = async (): Promise<void> => {
      for (const chunk of this.#head) await file.append(chunk);
      this.#head = [];
      while (!this.#headEnded) {
        const next = await this.#iterator.next();
        if (next.done === true) break;
        await file.append(next.value);
      }
      file.end();
    };
    this.#scratch.track(fill().catch((error: unknown) => file.fail(error)));
    return file;
  }
}

/** Unnamed temporary files of one job. */
export interface Scratch {
  /** A new empty file, open for reading and writing, which is gone when its handle is closed. */
  open(): Promise<FileHandle>;
  /** Registers work that must end before the files are closed. */
  track(work: Promise<void>): void;
  close(): Promise<void>;
}

/** Scratch files in `folder`, which must exist; each is unlinked right after it is opened. */
export function openScratch(folder: string): Scratch {
  const handles: FileHandle[] = [];
  const work: Promise<void>[] = [];
  return {
    async open() {
      const own = await mkdtemp(join(folder, '.scratch-'));
      try {
        const handle = await open(join(own, 'file'), 'wx+', 0o600);
        handles.push(handle);
        return handle;
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },
    track(promise) {
      work.push(promise);
    },
    async close() {
      await Promise.allSettled(work);
      await Promise.allSettled(handles.map((handle) => handle.close()));
    },
  };
}
