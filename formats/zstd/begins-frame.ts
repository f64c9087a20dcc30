import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import { firstMagic, readFirstMagic } from '../shared/codecs/skippable-frames.ts';

const frameMagic = 0xfd2fb528;

/** True when the bytes begin with a zstd frame, skippable ones before it or not; or with so many that it does not show. */
export function beginsFrame(head: Uint8Array): boolean {
  const magic = firstMagic(head);
  return magic === frameMagic || magic === 'beyond';
}

/** Skippable frames are lz4's as well: what follows them decides, wherever that lies. Where nothing does, they are zstd's. */
export async function beginsFrameFurther(
  source: ByteSource,
  { signal }: DecodeContext,
): Promise<boolean> {
  const magic = await readFirstMagic(source, signal);
  return magic === frameMagic || magic === undefined;
}
