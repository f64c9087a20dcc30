import { refuse } from '../../src/kit.ts';

/** Size of the decoder's output pieces, except the last ones of a block. */
export const decodedPieceBytes: number = 64 * 1024;
/** The decoder queues sixteen pieces of input, of any length, and as many of output. */
const queuedPieces = 16;
/** Size of the decoder's input pieces. */
export const inputBytes: number = 64 * 1024;

/** Memory of a decoder in addition to its dictionary. */
export const laneBytes: number = queuedPieces * (inputBytes + decodedPieceBytes) + 1024 * 1024;

/**
 * Decodes xz streams whose container was already checked. Runs in its own thread and holds only a few pieces of 64 KiB.
 * An error of the input is thrown unchanged, damage as `corrupt-data`.
 */
export async function* decodeXzStreams(
  input: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { xz } = await load();
  let inputError: { error: unknown } | undefined;
  let piece: Uint8Array = new Uint8Array(0);
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          while (piece.length === 0) {
            const result = await input.next();
            if (result.done === true) return controller.close();
            piece = result.value;
          }
          controller.enqueue(piece.subarray(0, inputBytes));
          piece = piece.subarray(inputBytes);
        } catch (error) {
          inputError = { error };
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  const output = xz.decompressStream(stream).getReader();
  try {
    for (;;) {
      const result = await output.read();
      if (result.done === true) return;
      yield result.value;
    }
  } catch (error) {
    throw inputError === undefined ? explain(error) : inputError.error;
  } finally {
    // Not awaited: a read of the input may be running, and the caller ends that next.
    output.cancel().catch(() => {});
  }
}

/** Resolved on demand: a bundler that followed the name would find a binary for each platform. */
const nativeDecoder: string = ['@napi-rs', 'lzma'].join('/');

async function load(): Promise<typeof import('@napi-rs/lzma')> {
  try {
    return await import(nativeDecoder);
  } catch (error) {
    throw refuse('codec-unavailable', 'The xz decoder cannot be loaded on this platform', {
      format: 'xz',
      hint: 'Install @napi-rs/lzma, with its optional dependency for this platform; for a bundle in one file: beside it.',
      cause: error,
    });
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return refuse('corrupt-data', `The xz data is damaged: ${error.message}`, {
    format: 'xz',
    cause: error,
  });
}
