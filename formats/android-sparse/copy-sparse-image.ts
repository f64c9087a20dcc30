import {
  type ByteSource,
  type DecodeContext,
  type DiskSink,
  firstNonZero,
  isZeros,
  refuseUnlessAllowed,
  viewOf,
} from '../../src/kit.ts';
import { SerialWriter } from '../shared/blocks/serial-writer.ts';
import { StreamReader } from '../shared/streams/stream-reader.ts';
import { parseChunk, type SparseChunk } from './chunk.ts';
import { refuseSparseImage, type SparseImageHeader } from './header.ts';
import { RunningCrc } from './running-crc.ts';

const stepBytes = 1024 * 1024;
const zeroPattern = new Uint8Array(4);

/** Copies the disk chunk by chunk, in one pass, and reads the file to its end. */
export async function copySparseImage(
  source: ByteSource,
  header: SparseImageHeader,
  sink: DiskSink,
  context: DecodeContext,
): Promise<void> {
  const reader = new StreamReader(source.stream(), context.signal);
  const writer = new SerialWriter(sink);
  const crc = new RunningCrc();
  const { virtualSize, chunkHeaderBytes, headerBytes, chunks } = header;
  let position = 0;
  try {
    await sink.setSize(virtualSize);
    if (!(await reader.skip(headerBytes))) throw cut(reader.position);
    for (let count = 0; count < chunks; count += 1) {
      const at = reader.position;
      const bytes = await takeAll(reader, chunkHeaderBytes);
      const chunk = parseChunk(bytes, at, header, virtualSize - position);
      await copyChunk(chunk);
      position += chunk.diskBytes;
    }
    if (position !== virtualSize) {
      const details = { offset: reader.position, value: position };
      throw refuseSparseImage('corrupt-table', 'the chunks do not cover the whole disk', details);
    }
    if (header.checksum !== 0 && header.checksum !== crc.value) throw wrongChecksum(24);
    await checkRest(reader, context);
    await writer.finish();
  } finally {
    await writer.settle();
    reader.close();
  }

  async function copyChunk({ kind, diskBytes, fileBytes }: SparseChunk): Promise<void> {
    if (kind === 'raw') return await copyRaw(fileBytes);
    if (kind === 'hole') return await fill(zeroPattern, diskBytes);
    const value = await takeAll(reader, fileBytes);
    if (kind === 'fill') return await fill(value, diskBytes);
    if (viewOf(value).getUint32(0, true) !== crc.value) throw wrongChecksum(reader.position - 4);
  }

  async function copyRaw(length: number): Promise<void> {
    for (let done = 0; done < length; ) {
      const bytes = await takeAll(reader, Math.min(stepBytes, length - done));
      crc.add(bytes);
      await writer.write(position + done, bytes);
      done += bytes.length;
    }
  }

  async function fill(pattern: Uint8Array, length: number): Promise<void> {
    crc.addRun(pattern, length);
    const isHole = isZeros(pattern);
    if (isHole && sink.zeroed) return;
    const piece = isHole ? undefined : repeat(pattern, Math.min(stepBytes, length));
    for (let done = 0; done < length; done += stepBytes) {
      context.signal.throwIfAborted();
      const part = Math.min(stepBytes, length - done);
      if (piece === undefined) await writer.zero(position + done, part);
      else await writer.write(position + done, piece.subarray(0, part));
    }
  }
}

function repeat(pattern: Uint8Array, length: number): Uint8Array {
  return Buffer.alloc(length, pattern);
}

async function takeAll(reader: StreamReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length);
  if (bytes.length < length) throw cut(reader.position);
  return bytes;
}

/** The file may end in zeros that pad it to whole blocks; they are not data. */
async function checkRest(reader: StreamReader, context: DecodeContext): Promise<void> {
  let isAllowed = false;
  for (let rest = await reader.next(); rest !== undefined; rest = await reader.next()) {
    const found = isAllowed ? -1 : firstNonZero(rest);
    if (found < 0) continue;
    const offset = reader.position - rest.length + found;
    refuseUnlessAllowed(context, 'trailing-data', 'other bytes follow the last chunk', {
      format: 'simg',
      offset,
    });
    isAllowed = true;
  }
}

function cut(offset: number): Error {
  return refuseSparseImage('truncated', 'the file ends before its last chunk does', { offset });
}

function wrongChecksum(offset: number): Error {
  const message = 'the disk does not match the checksum in the image';
  return refuseSparseImage('checksum', message, { offset });
}
