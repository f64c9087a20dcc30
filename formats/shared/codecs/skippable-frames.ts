import { abortable, type ByteSource, viewOf } from '../../../src/kit.ts';

/** Writers make fewer frames before the first data, and each costs a read. */
const maxFrames = 10_000;

/** True for the magic numbers of frames that zstd and lz4 both skip (RFC 8878, 3.1.2; LZ4 frame format 1.6). */
export function isSkippable(magic: number): boolean {
  return (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
}

/**
 * The magic number of the first frame that is not skippable; `beyond` if `head` ends before that frame, `undefined` if
 * it has no magic number.
 */
export function firstMagic(head: Uint8Array): number | 'beyond' | undefined {
  const view = viewOf(head);
  let at = 0;
  while (at + 4 <= head.length) {
    const magic = view.getUint32(at, true);
    if (!isSkippable(magic)) return magic;
    if (at + 8 > head.length) return 'beyond';
    at += 8 + view.getUint32(at + 4, true);
  }
  return at === 0 ? undefined : 'beyond';
}

/**
 * The same from a source, which is read as far as needed; `undefined` if it ends before, or has too many of these
 * frames.
 */
export async function readFirstMagic(
  source: ByteSource,
  signal: AbortSignal,
): Promise<number | undefined> {
  let at = 0;
  for (let frames = 0; frames < maxFrames; frames += 1) {
    const bytes = await abortable(source.read(at, 8), signal);
    if (bytes.length < 4) return undefined;
    const magic = viewOf(bytes).getUint32(0, true);
    if (!isSkippable(magic)) return magic;
    if (bytes.length < 8) return undefined;
    at += 8 + viewOf(bytes).getUint32(4, true);
  }
  return undefined;
}
