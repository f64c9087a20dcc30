import { expect, test } from 'vitest';
import { copyOutput } from '../../../formats/shared/codecs/copy-output.ts';
import type { DiskSink } from '../../../src/kit.ts';
import { GrowingSink } from './copying.ts';
import { diskLikeBytes, refusalOf, sha256 } from './decoding.ts';

const content = diskLikeBytes(100_000);

async function* cut(bytes: Uint8Array, ...lengths: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1;
    yield Uint8Array.from(bytes.subarray(at, at + length));
    at += length;
  }
}

const place = (sink: DiskSink) => ({
  sink,
  position: 0,
  limit: content.length,
  stepBytes: 4096,
  format: 'xz',
  signal: new AbortController().signal,
});

test.each([[[1]], [[4096]], [[5000]], [[100, 4096, 9000]]])(
  'writes pieces of %j bytes in steps of the same length',
  async (lengths) => {
    const sink = new GrowingSink();
    const writes: [number, number][] = [];
    sink.onWrite = (position, length) => {
      writes.push([position, length]);
    };
    const copied = await copyOutput(cut(content, ...lengths), place(sink));
    expect(copied).toEqual({ sizeBytes: content.length, isZero: false });
    await sink.setSize(content.length);
    expect(sink.sha256()).toBe(sha256(content));
    expect(writes.slice(0, -1).every(([, length]) => length === 4096)).toBe(true);
  },
);

test('adjacent pieces in memory are written as one, without a copy', async () => {
  const memory = new Uint8Array(8192).fill(7);
  const sink = new GrowingSink();
  let written: ArrayBufferLike[] = [];
  sink.write = async (_, bytes) => {
    written.push(bytes.buffer);
  };
  const pieces = async function* () {
    for (const [from, to] of [
      [0, 10],
      [10, 4096],
      [4096, 8192],
    ])
      yield memory.subarray(from, to);
  };
  await copyOutput(pieces(), place(sink));
  expect(written).toEqual([memory.buffer, memory.buffer]);
  // Either is only a part of its memory, which may hold other data.
  expect(memory.buffer.detached).toBe(false);
  written = [];
});

test('memory is freed when it is written, and not before', async () => {
  const pieces = [0, 1, 2].map((i) => Uint8Array.from(content.subarray(i * 4096, (i + 1) * 4096)));
  const sink = new GrowingSink();
  let during: boolean[] = [];
  sink.onWrite = async (position) => {
    await new Promise(setImmediate);
    during = [...during, (pieces[position / 4096] as Uint8Array).length === 4096];
  };
  const copied = copyOutput(
    (async function* () {
      yield* pieces;
    })(),
    place(sink),
  );
  expect((await copied).sizeBytes).toBe(3 * 4096);
  expect(during).toEqual([true, true, true]);
  expect(pieces.map(({ length }) => length)).toEqual([0, 0, 0]);
  await sink.setSize(3 * 4096);
  expect(sink.sha256()).toBe(sha256(content.subarray(0, 3 * 4096)));
});

test('zeros are not written but zeroed', async () => {
  const sink = new GrowingSink(0xee);
  const bytes = new Uint8Array(20_000);
  const copied = await copyOutput(cut(bytes, 4096), place(sink));
  expect(copied).toEqual({ sizeBytes: bytes.length, isZero: true });
  expect([sink.writtenBytes, sink.zeroedBytes]).toEqual([0, bytes.length]);
  await sink.setSize(bytes.length);
  expect(sink.sha256()).toBe(sha256(bytes));
  // A single byte makes a step data.
  bytes[9000] = 1;
  const other = new GrowingSink(0xee);
  expect((await copyOutput(cut(bytes, 4096), place(other))).isZero).toBe(false);
  expect([other.writtenBytes, other.zeroedBytes]).toEqual([4096, bytes.length - 4096]);
});

test('more than the limit is refused before it is written', async () => {
  const sink = new GrowingSink();
  const longer = Buffer.concat([content, new Uint8Array(1)]);
  expect(await refusalOf(copyOutput(cut(longer, 4096), place(sink)))).toBe('limit');
  expect(sink.writtenBytes).toBeLessThanOrEqual(content.length);
});

test('a write that fails ends the decoding, with its error', async () => {
  const failure = new Error('the disk is full');
  const sink = new GrowingSink();
  sink.onWrite = (position) => {
    if (position > 0) throw failure;
  };
  let left = false;
  const pieces = async function* () {
    try {
      yield* cut(content, 4096);
    } finally {
      left = true;
    }
  };
  await expect(copyOutput(pieces(), place(sink))).rejects.toBe(failure);
  expect(left).toBe(true);
});
