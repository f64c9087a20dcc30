import { crc32, createInflateRaw } from 'node:zlib';
import { type ByteSource, type DecodeContext, refuse } from '../../src/kit.ts';
import { memberTooLong } from '../shared/archives/member-too-long.ts';
import { zlibCode } from '../shared/codecs/zlib-code.ts';
import { runEngine, stepBytes } from '../shared/codecs/zlib-engine.ts';
import type { ZipMember } from './directory.ts';
import { DeflateError } from './huffman-table.ts';
import { Inflate64 } from './inflate64.ts';

/** The content of a member from its compressed bytes; its length and CRC32 are checked before the last step ends. */
export async function* unpack(
  member: ZipMember,
  packed: ByteSource,
  { signal, limits }: DecodeContext,
): AsyncGenerator<Uint8Array> {
  const { sizeBytes, mayWrap } = member;
  let done = 0;
  let sum = 0;
  const pieces = unpackers[member.method]?.(member, packed, signal) ?? packed.stream();
  for await (const piece of pieces) {
    signal.throwIfAborted();
    done += piece.length;
    if (done > limits.virtualBytes) throw memberTooLong('zip', done, limits.virtualBytes);
    if (done > sizeBytes && !mayWrap) throw wrong('corrupt-data', member, 'more bytes than stated');
    sum = crc32(piece, sum);
    yield piece;
  }
  if (done < sizeBytes) throw wrong('corrupt-data', member, 'fewer bytes than stated');
  if ((done - sizeBytes) % 2 ** 32 !== 0) {
    throw wrong('corrupt-data', member, 'another number of bytes than stated');
  }
  if (sum !== member.crc32) throw wrong('checksum', member, 'another CRC32');
}

const unpackers: Readonly<Record<number, typeof inflate>> = { 8: inflate, 9: inflateLarge };

async function* inflate(
  member: ZipMember,
  packed: ByteSource,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  // A small member should not allocate a full step.
  const engine = createInflateRaw({
    chunkSize: member.mayWrap ? stepBytes : Math.max(1024, Math.min(stepBytes, member.sizeBytes)),
  });
  try {
    yield* runEngine(engine, packed.stream(true)[Symbol.asyncIterator]());
  } catch (error) {
    signal.throwIfAborted();
    const code = zlibCode(error);
    if (!(error instanceof Error) || (code !== 'Z_DATA_ERROR' && code !== 'Z_BUF_ERROR'))
      throw error;
    throw wrong('corrupt-data', member, `damaged data (${error.message})`, error);
  }
  if (engine.bytesWritten !== member.packedBytes) {
    throw wrong('corrupt-data', member, 'bytes behind the end of its data');
  }
}

async function* inflateLarge(member: ZipMember, packed: ByteSource): AsyncGenerator<Uint8Array> {
  const engine = new Inflate64(packed.stream(true)[Symbol.asyncIterator]());
  try {
    yield* engine.run();
  } catch (error) {
    if (!(error instanceof DeflateError)) throw error;
    throw wrong('corrupt-data', member, `damaged data (${error.message})`, error);
  }
  if (engine.used !== member.packedBytes) {
    throw wrong('corrupt-data', member, 'bytes behind the end of its data');
  }
}

function wrong(
  reason: 'corrupt-data' | 'checksum',
  { name }: ZipMember,
  what: string,
  cause?: unknown,
): Error {
  return refuse(reason, `The zip member ${JSON.stringify(name)} has ${what}`, {
    format: 'zip',
    value: name,
    cause,
  });
}
