import { createGunzip } from 'node:zlib';
import {
  type ByteSource,
  type DecodeContext,
  defined,
  firstNonZero,
  hasMagic,
  refuse,
} from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import { zlibCode } from '../shared/codecs/zlib-code.ts';
import { runEngine, stepBytes } from '../shared/codecs/zlib-engine.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { gzipMagic } from './magic.ts';

/** Every member, then the padding behind the last one. */
export function decodeGzip(
  source: ByteSource,
  { signal }: DecodeContext,
): AsyncGenerator<Uint8Array> {
  return decodeSource(source, signal, decodeMembers, explain);
}

async function* decodeMembers(reader: StreamReader): AsyncGenerator<Uint8Array> {
  const input = new RememberingInput(reader);
  // Node takes whatever does not begin like gzip for zlib data.
  const head = await reader.take(gzipMagic.length);
  if (!hasMagic(head, gzipMagic)) throw badStart(head);
  input.unshift(head);
  const engine = createGunzip({ chunkSize: stepBytes });
  yield* runEngine(engine, input);
  await checkPadding(input, engine.bytesWritten);
}

/** Pieces from the reader; the last one stays known, so that what the engine left of it can be looked at. */
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

/** The engine stops at a zero byte between members and looks no further. */
async function checkPadding(input: RememberingInput, wantedBytes: number): Promise<void> {
  let offset = wantedBytes;
  let rest: Uint8Array | undefined = input.last.subarray(
    input.last.length - (input.readBytes - wantedBytes),
  );
  while (rest !== undefined) {
    const found = firstNonZero(rest);
    if (found >= 0) throw trailing(offset + found);
    offset += rest.length;
    const result = await input.next();
    rest = result.done === true ? undefined : result.value;
  }
}

function badStart(head: Uint8Array): Error {
  if (head.length < gzipMagic.length) {
    return refuse('truncated', 'The gzip file ends in its first header', { format: 'gz' });
  }
  return refuse('corrupt-header', 'This is not gzip: the magic bytes are missing', {
    format: 'gz',
    offset: 0,
  });
}

function trailing(offset?: number): Error {
  return refuse('trailing-data', 'Other bytes follow the last gzip member', {
    format: 'gz',
    ...defined({ offset }),
  });
}

/** zlib's words are the only thing that tells its `Z_DATA_ERROR`s apart. */
function explain(error: unknown): unknown {
  const code = zlibCode(error);
  const more = { format: 'gz', cause: error };
  if (code === 'Z_BUF_ERROR') {
    return refuse('truncated', 'The gzip file ends inside a member', more);
  }
  if (!(error instanceof Error) || code !== 'Z_DATA_ERROR') return error;
  switch (error.message) {
    case 'incorrect header check':
      // The first header was seen to be one.
      return trailing();
    case 'unknown compression method':
      return refuse('unsupported-feature', 'A gzip member is not compressed with deflate', more);
    case 'unknown header flags set':
      return refuse('unsupported-feature', 'A gzip header uses reserved flags', more);
    case 'header crc mismatch':
      return refuse('checksum', 'A gzip header does not match its CRC', more);
    case 'incorrect data check':
      return refuse('checksum', 'A gzip member does not match its CRC32', more);
    case 'incorrect length check':
      return refuse('checksum', 'A gzip member does not match its stated length', more);
    default:
      return refuse('corrupt-data', `The gzip data is damaged: ${error.message}`, more);
  }
}
