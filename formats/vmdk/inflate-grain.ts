import { type BlockFlaw, inflateBlock } from '../shared/codecs/inflate-block.ts';
import { refuseVmdk } from './magic.ts';

/** One grain and what must come out of it. */
export interface GrainStream {
  /** Where its data begins in the file. */
  position: number;
  grainBytes: number;
  /** Bytes of it that are on the disk; the last grain may hold as few as these. */
  visibleBytes: number;
}

const flaws: Record<BlockFlaw, string> = {
  cut: 'ends too early',
  'too-long': 'holds more than a grain',
  damaged: 'is damaged',
};

/** Inflates one grain, checks length and Adler-32 (RFC 1950), and gives its bytes on the disk. */
export async function inflateGrain(input: Uint8Array, grain: GrainStream): Promise<Uint8Array> {
  const { position, grainBytes, visibleBytes } = grain;
  const output = await inflateBlock(input, 'zlib', grainBytes, (flaw, cause) =>
    corrupt(position, flaws[flaw], cause),
  );
  if (output.length < visibleBytes) throw corrupt(position, 'holds less than a grain');
  return output.subarray(0, visibleBytes);
}

function corrupt(position: number, what: string, cause?: unknown): Error {
  const details = { offset: position, cause };
  return refuseVmdk('corrupt-data', `the compressed grain at ${position} ${what}`, details);
}
