import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import { firstMagic, isSkippable, readFirstMagic } from '../shared/codecs/skippable-frames.ts';

const frameMagic = 0x184d2204;
const legacyMagic = 0x184c2102;

export type FrameKind = 'frame' | 'legacy' | 'skippable';

/** The kind of frame with this magic number (LZ4 frame format 1.6); `undefined` for an unknown one. */
export function frameKind(magic: number): FrameKind | undefined {
  if (magic === frameMagic) return 'frame';
  if (magic === legacyMagic) return 'legacy';
  return isSkippable(magic) ? 'skippable' : undefined;
}

/** True for fewer than four bytes that could be the start of a magic number. */
export function isCutMagic(bytes: Uint8Array): boolean {
  const magics = [
    [0x04, 0x22, 0x4d],
    [0x02, 0x21, 0x4c],
    // All values from 0x50 to 0x5f begin a skippable frame.
    [((bytes[0] ?? 0) & 0x0f) | 0x50, 0x2a, 0x4d],
  ];
  return magics.some((magic) => bytes.every((byte, i) => byte === magic[i]));
}

/**
 * True when the bytes begin with an lz4 frame, with or without skippable frames before it; also when they are only
 * skippable frames.
 */
export function beginsLz4Frame(head: Uint8Array): boolean {
  const magic = firstMagic(head);
  return magic === 'beyond' || (magic !== undefined && frameKind(magic) !== undefined);
}

/** zstd uses the same skippable frames: the first other frame decides, wherever it is. */
export async function beginsLz4FrameFurther(
  source: ByteSource,
  { signal }: DecodeContext,
): Promise<boolean> {
  const magic = await readFirstMagic(source, signal);
  return magic !== undefined && frameKind(magic) !== undefined;
}
