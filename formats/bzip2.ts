import {
  type ByteSource,
  type Codec,
  type DecodeContext,
  defineFormat,
  hasMagic,
  refuse,
} from '../src/kit.ts';
import { BitWindow } from './bzip2/bit-window.ts';
import { makeBlockRoom } from './bzip2/decode-block.ts';
import { decodeStream } from './bzip2/decode-stream.ts';
import { blockMagic, endMagic } from './bzip2/find-magic.ts';
import { decodeSource } from './shared/codecs/decode-source.ts';
import { tooManyParts } from './shared/codecs/too-many-parts.ts';

const magic = 'BZh';
const headerBytes = 4;

/**
 * bzip2: every stream and block, with the CRC of each verified; whatever follows the last stream is refused. The decoder
 * is written here: the ones to be had hold the output of a whole block, 46 MB at worst, as a list of numbers or want the
 * whole file in memory, and read damaged or cut data past its end. The length is never known up front.
 */
export const bzip2: Codec = defineFormat({
  kind: 'codec',
  id: 'bz2',
  detect: ({ head }) =>
    levelOf(head) > 0 &&
    (hasMagic(head, blockMagic, headerBytes) || hasMagic(head, endMagic, headerBytes)),
  decode,
});

function decode(source: ByteSource, { limits, signal }: DecodeContext): AsyncGenerator<Uint8Array> {
  return decodeSource(source, signal, async function* (reader) {
    const window = new BitWindow(reader);
    const room = makeBlockRoom();
    for (let streams = 0; ; streams += 1) {
      const level = await readLevel(window, streams === 0);
      if (level === undefined) return;
      if (streams >= limits.members) throw tooManyParts('bz2', 'streams', limits.members);
      yield* decodeStream(window, level, room);
    }
  });
}

/** The level of the next stream; `undefined` where the streams end. */
async function readLevel(window: BitWindow, first: boolean): Promise<number | undefined> {
  const head = await window.peek(headerBytes);
  if (head.length === 0 && !first) return undefined;
  const level = levelOf(head);
  if (level > 0) {
    window.position += headerBytes * 8;
    return level;
  }
  const at = { format: 'bz2', offset: window.offset };
  if (head.length < headerBytes && hasMagic(head, magic.slice(0, head.length))) {
    throw refuse('truncated', 'The bzip2 file ends inside a stream header', at);
  }
  throw first
    ? refuse('corrupt-header', 'This is not bzip2: the magic bytes are missing', at)
    : refuse('trailing-data', 'Other bytes follow the last bzip2 stream', at);
}

/** 1 to 9, the size of the blocks in units of 100 000 bytes; 0 where no stream begins. */
function levelOf(head: Uint8Array): number {
  if (!hasMagic(head, magic)) return 0;
  const level = (head[magic.length] ?? 0) - 0x30;
  return level >= 1 && level <= 9 ? level : 0;
}
