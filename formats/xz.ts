import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
} from '../src/kit.ts';
import { decodeSource } from './shared/codecs/decode-source.ts';
import { copyXz } from './xz/copy.ts';
import { decodeStreams } from './xz/decode-streams.ts';
import { xzMagic } from './xz/framing.ts';
import { indexedSize } from './xz/indexed-size.ts';

/**
 * xz (file format 1.2): every stream and block, with checks, index and footers verified. The container is walked here,
 * because the decoder behind it compares neither the index nor the stated lengths with the data, has no bound for its
 * dictionary, and is slow at checks; only the LZMA2 data and the filters are its own.
 */
export const xz: Codec = defineFormat({
  kind: 'codec',
  id: 'xz',
  detect: ({ head }) => hasMagic(head, xzMagic),
  size: indexedSize,
  decode,
  copyTo: copyXz,
});

function decode(source: ByteSource, { limits, signal }: DecodeContext): AsyncGenerator<Uint8Array> {
  return decodeSource(source, signal, (reader) => decodeStreams(reader, limits));
}
