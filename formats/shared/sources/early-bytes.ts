import { abortable, type ByteSource, type DecodeContext } from '../../../src/kit.ts';
import type { ImageRefusal } from '../image-refusal.ts';

/** Ranges that were fetched before the sequential read reached them, kept until it has brought the same bytes. */
export class EarlyBytes {
  readonly #source: ByteSource;
  readonly #context: Pick<DecodeContext, 'signal' | 'log'>;
  readonly #refuseImage: ImageRefusal;
  readonly #ranges: { position: number; bytes: Uint8Array }[] = [];

  constructor(
    source: ByteSource,
    context: Pick<DecodeContext, 'signal' | 'log'>,
    refuseImage: ImageRefusal,
  ) {
    this.#source = source;
    this.#context = context;
    this.#refuseImage = refuseImage;
  }

  /** The bytes, or `undefined` if the caller must wait for them. */
  async fetch(position: number, length: number): Promise<Uint8Array | undefined> {
    const { signal, log } = this.#context;
    if (this.#source.ahead === undefined) return undefined;
    try {
      const bytes = await abortable(this.#source.ahead(position, length), signal);
      if (bytes.length !== length) return undefined;
      this.#ranges.push({ position, bytes });
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      const data = { position, length, error: String(error) };
      log({ level: 'debug', message: 'tables could not be fetched early', data });
      return undefined;
    }
  }

  /**
   * Compares every range with the bytes of the sequential read; a difference means that the file changed during the
   * download.
   */
  async confirm(): Promise<void> {
    const { signal } = this.#context;
    for (const { position, bytes } of this.#ranges) {
      const passed = await abortable(this.#source.read(position, bytes.length), signal);
      if (Buffer.compare(passed, bytes) === 0) continue;
      throw this.#refuseImage(
        'ambiguous-content',
        'tables fetched early differ from the downloaded file',
        {
          offset: position,
          hint: 'Try again; if it happens again, do not use this server.',
        },
      );
    }
  }
}
