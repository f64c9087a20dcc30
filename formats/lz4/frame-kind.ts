import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import { firstMagic, isSkippable, readFirstMagic } from '../shared/codecs/skippable-frames.ts';

const frameMagic = 0x184d2204;
const legacyMagic = 0x184c2102;

export type FrameKind = 'frame' | 'legacy' | 'skippable';

/** What begins with this magic number (LZ4 frame format 1.6); `undefined` if nothing known does. */
export function frameKind(magic: number): FrameKind | undefined {
  if (magic === frameMagic) return 'frame';
  if (magic === legacyMagic) return 'legacy';
  return isSkippable(magic) ? 'skippable' : undefined;
}

/** True for fewer than four bytes with which a magic number could begin. */
export function isCutMagic(bytes: Uint8Array): boolean {
  const magics = [
    [0x04, 0x22, 0x4d],
    [0x02, 0x21, 0x4c],
    // All of 0x50 to 0x5f open a skippable frame.
    [((bytes[0] ?? 0) & 0x0f) | 0x50, 0x2a, 0x4d],
  ];
  return magics.some((magic) => bytes.every((byte, i) => byte === magic[i]));
}

/** True when the bytes begin with an lz4 frame, skippable ones before it or not; or with so many that it does not show. */
export function beginsLz4Frame(head: Uint8Array): boolean {
  const magic = firstMagic(head);
  return magic === 'beyond' || (magic !== undefined && frameKind(magic) !== undefined);
}

/** Skippable frames are zstd's as well: what follows them decides, wherever that lies. */
export async function beginsLz4FrameFurther(
  source: ByteSource,
  { signal }: DecodeContext,
): Promise<boolean> {
  const magic = await readFirstMagic(source, signal);
  return magic !== undefined && frameKind(magic) !== undefined;
}
