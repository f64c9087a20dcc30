import type { ByteSource, DecodeContext } from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import { decodeStreams } from './decode-streams.ts';

/** Every stream of the file, one after the other. */
export function decodeXz(
  source: ByteSource,
  { limits, signal }: DecodeContext,
): AsyncGenerator<Uint8Array> {
  return decodeSource(source, signal, (reader) => decodeStreams(reader, limits));
}
