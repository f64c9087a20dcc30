import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
  refuse,
} from '../src/kit.ts';
import { ByteReader } from './shared/byte-reader.ts';
import { joinPieces } from './shared/join-pieces.ts';
import { copyXz } from './xz/copy.ts';
import { xzMagic } from './xz/framing.ts';
import { indexedSize } from './xz/indexed-size.ts';
import { decodeXzStreams } from './xz/lzma.ts';
import { XzWalk } from './xz/walk.ts';

/**
 * xz (file format 1.2): every stream and block, with checks, index and footers verified. The container is walked here,
 * because the decoder behind it compares neither the index nor the stated lengths with the data and has no bound for
 * its dictionary; the LZMA2 data and the block checks are its own.
 */
export const xz: Codec = defineFormat({
  kind: 'codec',
  id: 'xz',
  detect: ({ head }) => hasMagic(head, xzMagic),
  size: indexedSize,
  decode,
  copyTo: copyXz,
});

async function* decode(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  const { limits, signal } = context;
  const reader = new ByteReader(source.stream(), signal);
  const walk = new XzWalk(reader, limits);
  let decoded = 0;
  try {
    for await (const bytes of decodeXzStreams(joinPieces(walk.pieces(), reader))) {
      decoded += bytes.length;
      yield bytes;
    }
    // A decoder that stopped early, for whatever reason, would otherwise pass for one that is done.
    if (decoded !== walk.uncompressedBytes) {
      throw refuse('corrupt-data', `The xz data decodes to ${decoded} bytes`, {
        format: 'xz',
        value: walk.uncompressedBytes,
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    reader.close();
  }
}
