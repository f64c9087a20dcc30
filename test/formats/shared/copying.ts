import { createHash } from 'node:crypto';
import type { ByteSource, Codec, DecodeContext, DiskSink } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { SteppedSource } from '../stepped-source.ts';

/** A disk in memory that grows with each write, until its size is set. With `junk` it starts full of that byte. */
export class GrowingSink implements DiskSink {
  readonly zeroed: boolean;
  sizeBytes = -1;
  /** Bytes received as data, and as zeros. */
  writtenBytes = 0;
  zeroedBytes = 0;
  /** Called before each write and zeroing, and awaited. */
  onWrite: (position: number, length: number) => Promise<void> | void = () => {};
  #bytes: Buffer;
  readonly #junk: number;
  #end = 0;

  constructor(junk = 0) {
    this.zeroed = junk === 0;
    this.#junk = junk;
    this.#bytes = Buffer.alloc(64 * 1024, junk);
  }

  async setSize(bytes: number): Promise<void> {
    if (this.sizeBytes !== -1) throw new Error('the size was set twice');
    if (bytes < this.#end) throw new Error(`there is data at ${this.#end}, past the size ${bytes}`);
    this.#reach(bytes);
    this.sizeBytes = bytes;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    this.#reach(position + bytes.length);
    await this.onWrite(position, bytes.length);
    await new Promise(setImmediate);
    this.#bytes.set(bytes, position);
    this.writtenBytes += bytes.length;
  }

  async zero(position: number, length: number): Promise<void> {
    this.#reach(position + length);
    await this.onWrite(position, length);
    await new Promise(setImmediate);
    this.#bytes.fill(0, position, position + length);
    this.zeroedBytes += length;
  }

  sha256(): string {
    return createHash('sha256').update(this.#bytes.subarray(0, this.sizeBytes)).digest('hex');
  }

  #reach(end: number): void {
    if (this.sizeBytes >= 0 && end > this.sizeBytes) throw new Error(`${end} is past the end`);
    this.#end = Math.max(this.#end, end);
    if (end <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(end)), this.#junk);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** The result of a codec's own copying: length and SHA-256. An error must leave the size unset. */
export async function copyAll(
  codec: Codec,
  source: ByteSource | Uint8Array,
  context: DecodeContext = decodeContext(),
  sink: GrowingSink = new GrowingSink(),
): Promise<{ sizeBytes: number; sha256: string }> {
  const input = source instanceof Uint8Array ? new SteppedSource(source, 'whole') : source;
  try {
    await codec.copyTo?.(input, sink, context);
  } catch (error) {
    if (sink.sizeBytes !== -1) throw new Error('the size was set all the same', { cause: error });
    throw error;
  }
  return { sizeBytes: sink.sizeBytes, sha256: sink.sha256() };
}
