import type { Transform } from 'node:stream';

/** A decompressor of `node:zlib`. */
export type ZlibEngine = Transform & { readonly bytesWritten: number };

/** Decoded bytes an engine hands out at once. */
export const stepBytes: number = 1024 * 1024;

/**
 * Runs `input` through one engine and yields what comes out, as fast as it is taken. Ends when the engine says that its
 * data is complete; `engine.bytesWritten` then tells how much of the input it wanted. An error of the input is thrown as
 * it is.
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

/** Never rejects: a failure destroys the engine, and so reaches the reader of its output. */
async function feed(engine: ZlibEngine, input: AsyncIterator<Uint8Array>): Promise<void> {
  let fedBytes = 0;
  // An engine that fails never calls back for the piece it was at.
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
      // What an engine leaves of a piece lies past its end; one more write could wake it up again.
      if (engine.destroyed || engine.bytesWritten < fedBytes) return;
    }
    engine.end();
  } catch (error) {
    engine.destroy(
      error instanceof Error ? error : new Error('The input failed', { cause: error }),
    );
  }
}
