import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';
import { refuseVmdk } from './magic.ts';

const inflatePooled = promisify(inflate);

// Below this a trip to the thread pool costs more than the work itself.
const minPooledBytes = 32 * 1024;

/** One grain and what must come out of it. */
export interface GrainStream {
  /** Where its data begins in the file. */
  position: number;
  grainBytes: number;
  /** Bytes of it that are on the disk; the last grain may hold as few as these. */
  visibleBytes: number;
}

/** Inflates one grain, checks length and Adler-32 (RFC 1950), and gives its bytes on the disk. */
export async function inflateGrain(input: Uint8Array, grain: GrainStream): Promise<Uint8Array> {
  const { position, grainBytes, visibleBytes } = grain;
  // Room for more than a grain, else zlib is called once more only to learn that the stream has ended.
  const options = { maxOutputLength: grainBytes, chunkSize: grainBytes + 64 };
  let output: Uint8Array;
  try {
    output = await (grainBytes < minPooledBytes
      ? inflateSync(input, options)
      : inflatePooled(input, options));
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    switch (code) {
      case 'Z_BUF_ERROR':
        throw corrupt(position, 'ends too early', error);
      case 'ERR_BUFFER_TOO_LARGE':
        throw corrupt(position, 'holds more than a grain', error);
      case 'Z_DATA_ERROR':
      case 'Z_NEED_DICT':
        throw corrupt(position, 'is damaged', error);
      default:
        throw error;
    }
  }
  if (output.length < visibleBytes) throw corrupt(position, 'holds less than a grain');
  return output.subarray(0, visibleBytes);
}

function corrupt(position: number, what: string, cause?: unknown): Error {
  const details = { offset: position, cause };
  return refuseVmdk('corrupt-data', `the compressed grain at ${position} ${what}`, details);
}
