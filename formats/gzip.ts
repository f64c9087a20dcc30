import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
} from '../src/kit.ts';
import { gzipMagic } from './gzip/magic.ts';

/**
 * gzip and BGZF (RFC 1952): every member, with its header, CRC32 and length checked. Zero bytes after the last member are
 * tape padding and pass; anything else there is refused. The length is never known up front: ISIZE wraps at 4 GiB and
 * speaks of the last member only.
 */
export const gzip: Codec = defineFormat({
  kind: 'codec',
  id: 'gz',
  // Not the method as well: an unknown one should be named, not taken for unknown bytes.
  detect: ({ head }) => hasMagic(head, gzipMagic),
  decode,
  copyTo: async (source, sink, context) =>
    (await import('./shared/codecs/copy-whole.ts')).copyWhole(gzip, source, sink, context),
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  yield* (await import('./gzip/decode.ts')).decodeGzip(source, context);
}
