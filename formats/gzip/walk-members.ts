import { crc32, createInflateRaw } from 'node:zlib';
import { type Allowing, firstNonZero, hasMagic, viewOf } from '../../src/kit.ts';
import { runEngine, stepBytes } from '../shared/codecs/zlib-engine.ts';
import type { StreamReader } from '../shared/streams/stream-reader.ts';
import { passTrailing } from '../shared/trailing.ts';
import { gzipMagic } from './magic.ts';
import { badStart, cutMember, damagedMember } from './refusals.ts';

const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

/**
 * Decodes member after member (RFC 1952), each with its header, CRC32 and length checked here. Used for calls that
 * allow bytes after the last member: Node's own decoder takes them for a damaged member and loses the end of the member
 * before.
 */
export async function* walkMembers(
  reader: StreamReader,
  context: Allowing,
): AsyncGenerator<Uint8Array> {
  for (let first = true; ; first = false) {
    const offset = reader.position;
    const start = await reader.take(gzipMagic.length);
    if (!hasMagic(start, gzipMagic)) {
      if (first) throw badStart(start);
      await passEnd(reader, context, start, offset);
      return;
    }
    await readHeader(reader, start);
    yield* inflateMember(reader);
  }
}

async function readHeader(reader: StreamReader, start: Uint8Array): Promise<void> {
  const header = new HeaderReader(reader, start);
  const [method = 0, flags = 0] = await header.take(8);
  if (method !== 8) throw damagedMember('unknown compression method');
  if ((flags & flag.reserved) !== 0) throw damagedMember('unknown header flags set');
  if ((flags & flag.extra) !== 0)
    await header.take(viewOf(await header.take(2)).getUint16(0, true));
  if ((flags & flag.name) !== 0) await header.passText();
  if ((flags & flag.comment) !== 0) await header.passText();
  if ((flags & flag.headerCrc) === 0) return;
  const crc = header.crc & 0xffff;
  if (viewOf(await header.take(2)).getUint16(0, true) !== crc) {
    throw damagedMember('header crc mismatch');
  }
}

/** Takes parts of a header and adds them to its checksum. */
class HeaderReader {
  crc: number;
  readonly #reader: StreamReader;

  constructor(reader: StreamReader, start: Uint8Array) {
    this.#reader = reader;
    this.crc = crc32(start);
  }

  async take(length: number): Promise<Uint8Array> {
    const bytes = await this.#reader.take(length);
    if (bytes.length < length) throw cutMember();
    this.crc = crc32(bytes, this.crc);
    return bytes;
  }

  /** Skips a text up to its zero byte. */
  async passText(): Promise<void> {
    for (;;) {
      const piece = await this.#reader.next();
      if (piece === undefined) throw cutMember();
      const end = piece.indexOf(0);
      if (end >= 0) this.#reader.giveBack(piece.length - end - 1);
      this.crc = crc32(end < 0 ? piece : piece.subarray(0, end + 1), this.crc);
      if (end >= 0) return;
    }
  }
}

async function* inflateMember(reader: StreamReader): AsyncGenerator<Uint8Array> {
  const engine = createInflateRaw({ chunkSize: stepBytes });
  let fedBytes = 0;
  const input: AsyncIterator<Uint8Array> = {
    async next() {
      const piece = await reader.next();
      if (piece === undefined) return { done: true, value: undefined };
      fedBytes += piece.length;
      return { done: false, value: piece };
    },
  };
  let [crc, length] = [0, 0];
  for await (const bytes of runEngine(engine, input)) {
    crc = crc32(bytes, crc);
    length += bytes.length;
    yield bytes;
  }
  // The engine returns the bytes after the end of the member, all from the last piece.
  reader.giveBack(fedBytes - engine.bytesWritten);
  const trailer = await reader.take(8);
  if (trailer.length < 8) throw cutMember();
  const view = viewOf(trailer);
  if (view.getUint32(0, true) !== crc) throw damagedMember('incorrect data check');
  if (view.getUint32(4, true) !== length % 2 ** 32) throw damagedMember('incorrect length check');
}

/** Zeros are tape padding and are allowed; `start` was already taken. */
async function passEnd(
  reader: StreamReader,
  context: Allowing,
  start: Uint8Array,
  offset: number,
): Promise<void> {
  if (start.length === 1 && start[0] === gzipMagic[0]) throw cutMember();
  let at = offset;
  let piece: Uint8Array | undefined = start;
  while (piece !== undefined) {
    const found = firstNonZero(piece);
    if (found >= 0) {
      const end = { format: 'gz', what: 'the last gzip member', offset: at + found };
      await passTrailing(context, end, reader);
      return;
    }
    at += piece.length;
    piece = await reader.next();
  }
}
