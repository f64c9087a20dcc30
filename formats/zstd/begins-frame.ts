import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import { firstMagic, readFirstMagic } from '../shared/codecs/skippable-frames.ts';

const frameMagic = 0xfd2fb528;

/**
 * True if the bytes begin with a zstd frame, with or without skippable frames before it; also if they are only
 * skippable frames.
 */
export function beginsFrame(head: Uint8Array): boolean {
  const magic = firstMagic(head);
  return magic === frameMagic || magic === 'beyond';
}

/**
 * lz4 uses the same skippable frames: the first other frame decides, wherever it is. Without another frame, the file is
 * zstd.
 */
export async function beginsFrameFurther(
  source: ByteSource,
  { signal }: DecodeContext,
): Promise<boolean> {
  const magic = await readFirstMagic(source, signal);
  return magic === frameMagic || magic === undefined;
}
