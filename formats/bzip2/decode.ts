import { type ByteSource, type DecodeContext, hasMagic, refuse } from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import { tooManyParts } from '../shared/codecs/too-many-parts.ts';
import { passTrailing } from '../shared/trailing.ts';
import { BitWindow } from './bit-window.ts';
import { makeBlockRoom } from './decode-block.ts';
import { decodeStream } from './decode-stream.ts';
import { levelOf, streamHeaderBytes, streamMagic } from './stream-header.ts';

/** Decodes every stream, one after the other. */
export function decodeBzip2(
  source: ByteSource,
  context: DecodeContext,
): AsyncGenerator<Uint8Array> {
  const { limits, signal } = context;
  return decodeSource(source, signal, async function* (reader) {
    const window = new BitWindow(reader);
    const room = makeBlockRoom();
    for (let streams = 0; ; streams += 1) {
      const level = await readLevel(window, streams === 0);
      if (level === undefined) return;
      if (level === 'other') {
        const end = { format: 'bz2', what: 'the last bzip2 stream', offset: window.offset };
        await passTrailing(context, end, reader);
        return;
      }
      if (streams >= limits.members) throw tooManyParts('bz2', 'streams', limits.members);
      yield* decodeStream(window, level, room);
    }
  });
}

/**
 * The level of the next stream; `undefined` at the end of the file, and `other` if bytes follow that are not a stream.
 */
async function readLevel(window: BitWindow, first: boolean): Promise<number | 'other' | undefined> {
  const head = await window.peek(streamHeaderBytes);
  if (head.length === 0 && !first) return undefined;
  const level = levelOf(head);
  if (level > 0) {
    window.position += streamHeaderBytes * 8;
    return level;
  }
  const at = { format: 'bz2', offset: window.offset };
  if (head.length < streamHeaderBytes && hasMagic(head, streamMagic.slice(0, head.length))) {
    throw refuse('truncated', 'The bzip2 file ends inside a stream header', at);
  }
  if (first) throw refuse('corrupt-header', 'This is not bzip2: the magic bytes are missing', at);
  return 'other';
}
