import { type ByteSource, type Codec, type DecodeContext, defineFormat } from '../src/kit.ts';
import { beginsLz4Frame, beginsLz4FrameFurther } from './lz4/frame-kind.ts';

/**
 * lz4 (frame format 1.6): every frame, legacy frames included, with all checksums verified; skippable frames are
 * skipped. The decoder is written here, because the available ones need a whole frame in memory, or verify no checksum,
 * or build native code when they are installed. The length is never known in advance: a frame can state its own, but
 * another frame can follow.
 */
export const lz4: Codec = defineFormat({
  kind: 'codec',
  id: 'lz4',
  detect: ({ head }) => beginsLz4Frame(head),
  detectFurther: beginsLz4FrameFurther,
  decode,
  copyTo: async (source, sink, context) =>
    (await import('./lz4/copy.ts')).copyLz4(source, sink, context),
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  yield* (await import('./lz4/decode.ts')).decodeLz4(source, context);
}
