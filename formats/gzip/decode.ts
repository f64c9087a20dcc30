import { createGunzip } from 'node:zlib';
import { type ByteSource, type DecodeContext, firstNonZero, hasMagic } from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import { zlibCode } from '../shared/codecs/zlib-code.ts';
import { runEngine, stepBytes } from '../shared/codecs/zlib-engine.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { refuseTrailing } from '../shared/trailing.ts';
import { gzipMagic } from './magic.ts';
import { badStart, explainGzip } from './refusals.ts';
import { walkMembers } from './walk-members.ts';

const end = { format: 'gz', what: 'the last gzip member' };

/** Every member, then the padding after the last one. */
export function decodeGzip(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  const walks = context.allow.includes('trailing');
  const members = (reader: StreamReader) =>
    walks ? walkMembers(reader, context) : decodeMembers(reader, context);
  return decodeSource(source, context.signal, members, (error) => explain(error, context));
}

async function* decodeMembers(
  reader: StreamReader,
  context: DecodeContext,
): AsyncGenerator<Uint8Array> {
  const input = new RememberingInput(reader);
  // Node takes data without a gzip header for zlib data.
  const head = await reader.take(gzipMagic.length);
  if (!hasMagic(head, gzipMagic)) throw badStart(head);
  input.unshift(head);
  const engine = createGunzip({ chunkSize: stepBytes });
  yield* runEngine(engine, input);
  await checkPadding(input, engine.bytesWritten, context);
}

/**
 * Passes on pieces from the reader; remembers the last one, so that the bytes that the engine did not use can be
 * checked.
 */
class RememberingInput implements AsyncIterator<Uint8Array> {
  readBytes = 0;
  last: Uint8Array = new Uint8Array(0);
  readonly #reader: StreamReader;
  #first: Uint8Array | undefined;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  unshift(bytes: Uint8Array): void {
    this.#first = bytes;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const piece = this.#first ?? (await this.#reader.next());
    this.#first = undefined;
    if (piece === undefined) return { done: true, value: undefined };
    this.readBytes += piece.length;
    this.last = piece;
    return { done: false, value: piece };
  }
}

/** The engine stops at a zero byte between members and ignores the rest. */
async function checkPadding(
  input: RememberingInput,
  wantedBytes: number,
  context: DecodeContext,
): Promise<void> {
  let offset = wantedBytes;
  let rest: Uint8Array | undefined = input.last.subarray(
    input.last.length - (input.readBytes - wantedBytes),
  );
  while (rest !== undefined) {
    const found = firstNonZero(rest);
    if (found >= 0) refuseTrailing(context, { ...end, offset: offset + found });
    offset += rest.length;
    const result = await input.next();
    rest = result.done === true ? undefined : result.value;
  }
}

function explain(error: unknown, context: DecodeContext): unknown {
  const isEnd = error instanceof Error && error.message === 'incorrect header check';
  // The first header was already checked.
  if (isEnd && zlibCode(error) === 'Z_DATA_ERROR') refuseTrailing(context, end);
  return explainGzip(error);
}
