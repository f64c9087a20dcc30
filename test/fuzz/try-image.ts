import { GrowingFile } from '../../src/bytes/growing-file.ts';
import { SparseFile } from '../../src/bytes/sparse-file.ts';
import { defaultLimits } from '../../src/contracts/limits.ts';
import { Allowances } from '../../src/image/allowances.ts';
import { openDecodeJob } from '../../src/image/decode-context.ts';
import { openLayers } from '../../src/image/open-layers.ts';
import { builtIns, isImageError } from '../../src/index.ts';
import { isReader } from '../../src/parts/format-kinds.ts';

/** `accepted`, or the code of the error; anything else is a defect of the decoder. */
export type Verdict = 'accepted' | `ERR_${string}`;

const limits = { ...defaultLimits, virtualBytes: 1024 ** 4, members: 10_000 };
/** Output is only counted, and a disk of zeros may be long; written data must stay short. */
const maxData = 256 * 1024 ** 2;

/**
 * Decodes bytes through every layer into nothing; `entry` is the disk of an archive. Rejects with any error that is not
 * typed, and after two minutes.
 */
export async function tryImage(
  bytes: Uint8Array,
  scratch: string,
  entry?: string,
): Promise<Verdict> {
  const slow = AbortSignal.timeout(120_000);
  const job = openDecodeJob(scratch, {
    signal: slow,
    limits,
    log: () => {},
    allowances: new Allowances([]),
  });
  let written = 0;
  const target = {
    write: (_bytes: Uint8Array, _offset: number, length: number) => {
      written += length;
      if (written > maxData) throw new TooMuch();
      return Promise.resolve({ bytesWritten: length });
    },
    truncate: () => Promise.resolve(),
  };
  try {
    const source = GrowingFile.whole(memoryHandle(bytes), bytes.length);
    const opened = await openLayers(
      source,
      [],
      entry,
      builtIns.formats.filter(isReader),
      job.context,
    );
    await opened.image.copyTo(new SparseFile(target, { maxBytes: limits.virtualBytes }));
    await opened.finish();
    return 'accepted';
  } catch (error) {
    if (error instanceof TooMuch) return 'ERR_LIMIT';
    if (!isImageError(error) || error.code === 'ERR_PLUGIN') throw error;
    return error.code as Verdict;
  } finally {
    await job.close();
  }
}

class TooMuch extends Error {}

type Handle = Parameters<typeof GrowingFile.whole>[0];

/** The one method of a file handle that a whole file needs, over memory. */
function memoryHandle(bytes: Uint8Array): Handle {
  const read = (into: Uint8Array, offset: number, length: number, position: number) => {
    const piece = bytes.subarray(position, position + length);
    into.set(piece, offset);
    return Promise.resolve({ bytesRead: piece.length, buffer: into });
  };
  return { read } as unknown as Handle;
}
