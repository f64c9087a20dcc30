import { type BlockFlaw, inflateBlock } from '../shared/codecs/inflate-block.ts';
import { refuseVmdk } from './magic.ts';

/** One grain and its expected content. */
export interface GrainStream {
  /** Start of its data in the file. */
  position: number;
  grainBytes: number;
  /** Number of its bytes that are on the disk; fewer for the last grain. */
  visibleBytes: number;
}

const flaws: Record<BlockFlaw, string> = {
  cut: 'ends too early',
  'too-long': 'holds more than a grain',
  damaged: 'is damaged',
};

/** Inflates one grain, checks length and Adler-32 (RFC 1950), and returns its bytes on the disk. */
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
