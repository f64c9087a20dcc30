import { type ByteSource, type Codec, type DecodeContext, defineFormat } from '../src/kit.ts';
import { beginsFrame, beginsFrameFurther } from './zstd/begins-frame.ts';

/**
 * Zstandard (RFC 8878): every frame; skippable frames are skipped. Node decodes one frame per call and loses the bytes
 * after it, so the frames are found here and each gets its own decoder. The length is known in advance only if a seek
 * table ends the file.
 */
export const zstd: Codec = defineFormat({
  kind: 'codec',
  id: 'zst',
  detect: ({ head }) => beginsFrame(head),
  detectFurther: beginsFrameFurther,
  size: async (source) => (await import('./zstd/seekable-size.ts')).seekableSize(source),
  decode,
  copyTo: async (source, sink, context) =>
    (await import('./shared/codecs/copy-whole.ts')).copyWhole(zstd, source, sink, context),
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  yield* (await import('./zstd/decode.ts')).decodeZstd(source, context);
}
