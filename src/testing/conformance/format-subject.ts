import assert from 'node:assert/strict';
import type { ByteSource } from '../../contracts/bytes.ts';
import type { DecodeContext, Format, Probe } from '../../contracts/format.ts';
import { defaultLimits } from '../../contracts/limits.ts';
import { createTaskPool } from '../../kit/task-pool.ts';
import { MemorySink } from './memory-sink.ts';

/** A file in a format, and its content; a few KiB or MiB, because it is held in memory. */
export interface FormatSample {
  name?: string | undefined;
  bytes: Uint8Array;
  /** The decoded bytes of a codec, or the disk of a disk format. */
  content?: Uint8Array | undefined;
  /** The members of an archive by name, in their order. */
  members?: Record<string, Uint8Array> | undefined;
  /** True if the format does not mark its end, like raw: a truncated file is also valid. */
  endless?: boolean | undefined;
  /** True if the format has no magic bytes, so that `detect` may accept any bytes. */
  unmarked?: boolean | undefined;
}

/** A format with one sample file. */
export interface FormatSubject {
  format: Format;
  sample: FormatSample;
}

/** The decoded output: that of a codec or disk under the name `''`, that of an archive by member. */
export type DecodedParts = Record<string, Uint8Array>;

/** A decoder's context that keeps everything in memory. */
export function memoryContext(signal: AbortSignal = new AbortController().signal): DecodeContext {
  return {
    signal,
    limits: { ...defaultLimits },
    log: () => {},
    allow: [],
    allows: () => false,
    spool: (bytes) => new SpooledSource(bytes),
    tasks: createTaskPool(4),
  };
}

/** The output of a codec, read completely before the first read is answered. */
class SpooledSource implements ByteSource {
  sizeBytes: number | undefined;
  readyBytes = 0;
  #whole: Promise<Uint8Array> | undefined;
  readonly #input: AsyncIterable<Uint8Array>;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input;
  }

  async grown(): Promise<void> {
    await this.#all();
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return (await this.#all()).slice(position, position + length);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    yield await this.#all();
  }

  #all(): Promise<Uint8Array> {
    this.#whole ??= collect(this.#input).then((bytes) => {
      this.sizeBytes = bytes.length;
      this.readyBytes = bytes.length;
      return bytes;
    });
    return this.#whole;
  }
}

/** All bytes of a stream, copied, because a decoder may reuse its buffer. */
async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** Decodes with the simplest method; a codec as a stream. */
export async function decodeSample(
  format: Format,
  source: ByteSource,
  context: DecodeContext = memoryContext(),
  sink: MemorySink = new MemorySink(),
): Promise<DecodedParts> {
  if (format.kind === 'codec') return { '': await collect(format.decode(source, context)) };
  if (format.kind === 'disk') {
    const image = await format.open(source, context);
    await image.copyTo(sink);
    return { '': sink.content() };
  }
  const members: [string, Uint8Array][] = [];
  for await (const entry of format.entries(source, context)) {
    const bytes = await collect(entry.source.stream());
    await entry.finish();
    if (entry.sizeBytes !== undefined) assert.equal(bytes.length, entry.sizeBytes, entry.name);
    members.push([entry.name, bytes]);
  }
  return Object.fromEntries(members);
}

/** The expected output. */
export function wantedOf({ content, members }: FormatSample): DecodedParts {
  if (members !== undefined) return members;
  assert.ok(content !== undefined, 'the sample has neither content nor members');
  return { '': content };
}

/** Compares names, lengths and bytes; reports the first difference. */
export function assertDecoded(found: DecodedParts, wanted: DecodedParts): void {
  assert.deepEqual(Object.keys(found), Object.keys(wanted), 'other members came out');
  for (const [name, bytes] of Object.entries(wanted)) {
    const got = found[name] ?? new Uint8Array(0);
    const about = name === '' ? 'the content' : name;
    assert.equal(got.length, bytes.length, `${about} has another length`);
    if (Buffer.compare(got, bytes) === 0) continue;
    assert.fail(`${about} differs at byte ${got.findIndex((byte, at) => byte !== bytes[at])}`);
  }
}

/** Both ends of a file, as `detect` receives them. */
export function probeOf(bytes: Uint8Array): Probe {
  return {
    head: bytes.slice(0, 128 * 1024),
    tail: bytes.slice(-64 * 1024),
    sizeBytes: bytes.length,
  };
}
