import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
} from '../src/kit.ts';
import { gzipMagic } from './gzip/magic.ts';

/**
 * gzip and BGZF (RFC 1952): every member, with its header, CRC32 and length checked. Zero bytes after the last member
 * are tape padding and are allowed; other bytes there are refused. The length is never known in advance: ISIZE wraps at
 * 4 GiB and describes only the last member.
 */
export const gzip: Codec = defineFormat({
  kind: 'codec',
  id: 'gz',
  // Ignores the method: an unknown method should get an error that names it, not be taken for unknown bytes.
  detect: ({ head }) => hasMagic(head, gzipMagic),
  decode,
  copyTo: async (source, sink, context) =>
    (await import('./shared/codecs/copy-whole.ts')).copyWhole(gzip, source, sink, context),
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  yield* (await import('./gzip/decode.ts')).decodeGzip(source, context);
}
