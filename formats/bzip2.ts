import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
} from '../src/kit.ts';
import { blockMagic, endMagic } from './bzip2/find-magic.ts';
import { levelOf, streamHeaderBytes } from './bzip2/stream-header.ts';

/**
 * bzip2: every stream and block, with each CRC verified; bytes after the last stream are refused. The decoder is
 * written here, because the available ones either hold the output of a whole block (46 MB at worst) as a list of
 * numbers, or need the whole file in memory and read damaged or cut data past its end. The length is never known in
 * advance.
 */
export const bzip2: Codec = defineFormat({
  kind: 'codec',
  id: 'bz2',
  detect: ({ head }) =>
    levelOf(head) > 0 &&
    (hasMagic(head, blockMagic, streamHeaderBytes) || hasMagic(head, endMagic, streamHeaderBytes)),
  decode,
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  yield* (await import('./bzip2/decode.ts')).decodeBzip2(source, context);
}
