import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
} from '../src/kit.ts';
import { xzMagic } from './xz/magic.ts';

/**
 * xz (file format 1.2): every stream and block, with checks, index and footers verified. The container is read here,
 * because the native decoder compares neither the index nor the stated lengths with the data, has no limit for its
 * dictionary, and is slow at checks; it decodes only the LZMA2 data and the filters.
 */
export const xz: Codec = defineFormat({
  kind: 'codec',
  id: 'xz',
  detect: ({ head }) => hasMagic(head, xzMagic),
  size: async (source) => (await import('./xz/indexed-size.ts')).indexedSize(source),
  decode,
  copyTo: async (source, sink, context) =>
    (await import('./xz/copy.ts')).copyXz(source, sink, context),
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  yield* (await import('./xz/decode.ts')).decodeXz(source, context);
}
