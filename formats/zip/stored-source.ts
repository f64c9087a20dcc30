import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import type { RangeSource } from '../shared/sources/range-source.ts';
import type { ZipMember } from './directory.ts';
import { unpack } from './inflate.ts';

/**
 * A member that is not compressed: read in place; its CRC32 is compared in one pass over it, at the latest at the end.
 */
export class StoredSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #member: ZipMember;
  readonly #range: RangeSource;
  readonly #context: DecodeContext;
  #used = false;
  #checked = false;

  constructor(member: ZipMember, range: RangeSource, context: DecodeContext) {
    this.sizeBytes = member.sizeBytes;
    this.#member = member;
    this.#range = range;
    this.#context = context;
  }

  get readyBytes(): number {
    return this.#range.readyBytes;
  }

  grown(): Promise<void> {
    return this.#range.grown();
  }

  read(position: number, length: number): Promise<Uint8Array> {
    this.#used = true;
    return this.#range.read(position, length);
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    this.#used = true;
    yield* unpack(this.#member, this.#range, this.#context);
    this.#checked = true;
  }

  /** A member that was never read is not checked. */
  async finish(): Promise<void> {
    if (!this.#used || this.#checked) return;
    for await (const _ of this.stream()) {
      // Only the check at its end matters.
    }
  }
}
