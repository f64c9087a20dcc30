import type { Transform } from 'node:stream';

/** A decompressor of `node:zlib`. */
export type ZlibEngine = Transform & { readonly bytesWritten: number };

/** Decoded bytes that an engine returns at once. */
export const stepBytes: number = 1024 * 1024;

/**
 * Feeds `input` to one engine and yields its output, as fast as it is consumed. Ends when the engine reports the end of
 * its data; `engine.bytesWritten` is then the number of input bytes that it used. An error of the input is thrown
 * unchanged.
 */
export async function* runEngine(
  engine: ZlibEngine,
  input: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  void feed(engine, input);
  try {
    for await (const bytes of engine) yield bytes;
  } finally {
    engine.destroy();
  }
}

/** Never rejects: a failure destroys the engine, and so the reader of its output gets it. */
async function feed(engine: ZlibEngine, input: AsyncIterator<Uint8Array>): Promise<void> {
  let fedBytes = 0;
  // A failed engine never calls back for its current piece.
  let settle = (): void => {};
  engine.once('close', () => settle());
  try {
    for (;;) {
      const result = await input.next();
      if (engine.destroyed) return;
      if (result.done === true) break;
      fedBytes += result.value.length;
      await new Promise<void>((resolve) => {
        settle = resolve;
        engine.write(result.value, () => resolve());
      });
      // The part of a piece that an engine did not use is after its end; another write could start it again.
      if (engine.destroyed || engine.bytesWritten < fedBytes) return;
    }
    engine.end();
  } catch (error) {
    engine.destroy(
      error instanceof Error ? error : new Error('The input failed', { cause: error }),
    );
  }
}
