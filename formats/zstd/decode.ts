import { createZstdDecompress } from 'node:zlib';
import { type ByteSource, type DecodeContext, raiseLimit, refuse } from '../../src/kit.ts';
import { decodeSource } from '../shared/codecs/decode-source.ts';
import { tooManyParts } from '../shared/codecs/too-many-parts.ts';
import { runEngine, stepBytes } from '../shared/codecs/zlib-engine.ts';
import { explainZstd, zstdParams } from '../shared/codecs/zstd-engine.ts';
import { joinPieces } from '../shared/streams/join-pieces.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import type { ZstdFrameHeader } from './frame-header.ts';
import { readZstdFrameHeader, zstdFrameBytes } from './frames.ts';

/** Decodes every frame, one after the other. */
export function decodeZstd(source: ByteSource, context: DecodeContext): AsyncGenerator<Uint8Array> {
  const frames = (reader: StreamReader) => decodeFrames(reader, context);
  return decodeSource(source, context.signal, frames, explainZstd);
}

async function* decodeFrames(
  reader: StreamReader,
  context: DecodeContext,
): AsyncGenerator<Uint8Array> {
  const { limits } = context;
  for (let frames = 0; ; frames += 1) {
    const header = await readZstdFrameHeader(reader, frames === 0, context);
    if (header === undefined) return;
    if (frames >= limits.members) throw tooManyParts('zst', 'frames', limits.members);
    if (header.contentSize !== undefined && header.contentSize > limits.virtualBytes) {
      throw tooLong(header.contentSize, limits.virtualBytes);
    }
    yield* decodeFrame(reader, header, limits.windowBytes);
  }
}

async function* decodeFrame(
  reader: StreamReader,
  header: ZstdFrameHeader,
  windowLimit: number,
): AsyncGenerator<Uint8Array> {
  const engine = createZstdDecompress({
    params: zstdParams(windowLimit),
    // A file of many small frames should not allocate a full step for each.
    chunkSize: Math.max(1024, Math.min(stepBytes, header.contentSize ?? stepBytes)),
  });
  const start = reader.position - header.bytes.length;
  let decoded = 0;
  for await (const bytes of runEngine(engine, joinPieces(zstdFrameBytes(reader, header), reader))) {
    decoded += bytes.length;
    yield bytes;
  }
  if (header.contentSize !== undefined && decoded !== header.contentSize) {
    throw damaged(`holds ${decoded} bytes and states ${header.contentSize}`, start);
  }
  // If the decoder and this code find different ends, one of the two was deceived.
  if (engine.bytesWritten !== reader.position - start) {
    throw damaged(`ends after ${engine.bytesWritten} bytes`, start);
  }
}

function damaged(what: string, offset: number): Error {
  return refuse('corrupt-data', `A zstd frame ${what}`, { format: 'zst', offset });
}

function tooLong(value: number, limit: number): Error {
  return refuse('limit', `A zstd frame states ${value} bytes of content`, {
    format: 'zst',
    limit,
    value,
    hint: raiseLimit('virtualBytes', value),
  });
}
