import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ByteSource, type DecodeContext, refuse, viewOf } from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import { tooManyParts } from '../shared/codecs/too-many-parts.ts';
import { piecesFrom } from '../shared/streams/pieces-from.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { passTrailing } from '../shared/trailing.ts';
import type { TakeMemory } from './block-output.ts';
import { type BegunFrame, decodeFrameRest, decodeLz4Frame } from './decode-frame.ts';
import { decodeLegacyFrame } from './decode-legacy.ts';
import { type FrameKind, frameKind, isCutMagic } from './frame-kind.ts';
import { cutFrame, takeAll } from './take-all.ts';

const pieceBytes = 1024 * 1024;

/**
 * Decodes every frame, one after the other; the output is in memory from `take`. `begun`: the first frame, where threads have
 * decoded a part of it.
 */
export function decodeLz4(
  source: ByteSource,
  context: DecodeContext,
  take?: TakeMemory,
  begun?: BegunFrame,
): AsyncGenerator<Uint8Array> {
  const frames = (reader: StreamReader) => inTurns(decodeFrames(reader, context, take, begun));
  return decodeSource(
    begun ? { stream: () => piecesFrom(source, begun.position, Number.POSITIVE_INFINITY) } : source,
    context.signal,
    frames,
  );
}

/** Cuts output into pieces of at most 1 MiB and lets other work run after each. */
async function* inTurns(output: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let untilTurn = pieceBytes;
  for await (const bytes of output) {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      yield piece;
      untilTurn -= piece.length;
      if (untilTurn > 0) continue;
      // Decoding does not wait when the input is in memory; timers and aborts need this turn of the event loop.
      untilTurn = pieceBytes;
      await nextTurn();
    }
  }
}

async function* decodeFrames(
  reader: StreamReader,
  context: DecodeContext,
  take: TakeMemory | undefined,
  begun: BegunFrame | undefined,
): AsyncGenerator<Uint8Array> {
  const { limits } = context;
  let frames = 0;
  let last: FrameKind | undefined;
  if (begun !== undefined) {
    reader.position = begun.position;
    yield* decodeFrameRest(reader, begun, limits, take);
    [frames, last] = [1, 'frame'];
  }
  let magic = await reader.take(4);
  while (magic.length > 0 || last === undefined) {
    const kind = magic.length < 4 ? undefined : frameKind(viewOf(magic).getUint32(0, true));
    if (kind === undefined) {
      await passOther(reader, magic, last, context);
      return;
    }
    last = kind;
    frames += 1;
    if (frames > limits.members) throw tooManyParts('lz4', 'frames', limits.members);
    if (kind === 'skippable') {
      const length = viewOf(await takeAll(reader, 4)).getUint32(0, true);
      if (!(await reader.skip(length))) throw cutFrame(reader);
    }
    if (kind === 'frame') yield* decodeLz4Frame(reader, limits, take);
    magic =
      kind === 'legacy' ? yield* decodeLegacyFrame(reader, limits, take) : await reader.take(4);
  }
}

/** Handles bytes that do not begin a frame; `last` is the kind of the previous frame. */
async function passOther(
  reader: StreamReader,
  magic: Uint8Array,
  last: FrameKind | undefined,
  context: DecodeContext,
): Promise<void> {
  const at = { format: 'lz4', offset: reader.position - magic.length };
  if (magic.length < 4 && isCutMagic(magic)) {
    throw refuse('truncated', 'The lz4 file ends inside a magic number', at);
  }
  if (last === undefined) {
    throw refuse('corrupt-header', 'This is not lz4: the magic number is missing', at);
  }
  if (last === 'legacy') {
    // A legacy frame has neither an end nor a check: these bytes may be the damaged length of its next block.
    throw refuse('trailing-data', 'Other bytes follow an lz4 frame of the legacy kind', at);
  }
  await passTrailing(context, { ...at, what: 'the last lz4 frame' }, reader);
}
