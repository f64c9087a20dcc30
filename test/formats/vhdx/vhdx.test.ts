import { expect, test } from 'vitest';
import { vhdx } from '../../../formats/vhdx.ts';
import { buildVhdxImage } from '../../../src/testing/vhdx-image.ts';
import { decodeContext } from '../decode-context.ts';
import { expectAbort, expectSinkFailure, expectTransferFailure } from '../ended-decoding.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { decodeVhdx, KiB, MiB } from './disk.ts';

const virtualSize = 8 * MiB;
const extents = [
  { position: MiB + 512, bytes: content('text', 1, MiB) },
  { position: 5 * MiB, bytes: content('noise', 2, MiB) },
];
const want = digestOf(virtualSize, extents);

test('recognises its identifier, and nothing else', () => {
  const head = buildVhdxImage({ virtualSize, extents: [] }).bytes;
  expect(vhdx.detect({ head: head.subarray(0, 128 * KiB) })).toBe(true);
  expect(vhdx.detect({ head: head.subarray(0, 7) })).toBe(false);
  expect(vhdx.detect({ head: new Uint8Array(512) })).toBe(false);
});

test('reports the facts of an image without waiting for its blocks', async () => {
  const { bytes, dataOffsets } = buildVhdxImage({ virtualSize, extents });
  const readyBytes = Math.min(...dataOffsets.values());
  const source = new SteppedSource(bytes, { readyBytes, sizeKnown: false });
  const image = await vhdx.open(source, decodeContext());
  expect(image.virtualSize).toBe(virtualSize);
  expect(image.facts).toEqual({ variant: 'dynamic', clusterBytes: MiB, features: [] });
});

test('names a fixed disk, large sectors and a log', async () => {
  const { bytes } = buildVhdxImage({
    ...{ virtualSize, extents, fixed: true, sectorBytes: 4096, blockBytes: 2 * MiB },
    dirty: { holds: (offset) => offset === 256 * KiB },
  });
  const image = await vhdx.open(new SteppedSource(bytes, 'whole'), decodeContext());
  expect(image.facts).toEqual({
    variant: 'fixed',
    clusterBytes: 2 * MiB,
    features: ['4096-byte sectors', 'log to replay'],
  });
});

test('an empty disk of 1 TiB is read quickly', async () => {
  const TiB = MiB * MiB;
  const { bytes } = buildVhdxImage({ virtualSize: TiB, extents: [], blockBytes: 32 * MiB });
  const started = process.cpuUsage();
  const sink = await decodeVhdx(bytes);
  expect(sink.sizeBytes).toBe(TiB);
  expect(sink.writtenBytes).toBe(0);
  expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
});

test('a disk of no bytes has no blocks', async () => {
  expect((await decodeVhdx(buildVhdxImage({ virtualSize: 0, extents: [] }).bytes)).sizeBytes).toBe(
    0,
  );
});

test('zeroes the holes on a used device', async () => {
  const options = { virtualSize: virtualSize + 512, extents };
  for (const fixed of [true, false]) {
    const { bytes } = buildVhdxImage({ ...options, fixed });
    const sink = await decodeVhdx(bytes, new PageSink(0xee));
    expect(sink.sha256()).toBe(digestOf(virtualSize + 512, extents));
  }
});

test('rethrows the reason of an abort while it waits, and writes nothing afterwards', async () => {
  const { bytes, dataOffsets } = buildVhdxImage({ virtualSize, extents });
  const starts = [100, MiB + 100, ...dataOffsets.values()];
  for (const readyBytes of starts) {
    await expectAbort(vhdx, { bytes, readyBytes });
  }
});

test('an abort ends the wait for a log', async () => {
  const { bytes } = buildVhdxImage({ virtualSize, extents, dirty: { holds: () => false } });
  const abort = new AbortController();
  const source = new SteppedSource(bytes, { readyBytes: MiB, sizeKnown: true });
  const done = decodeVhdx(source, new PageSink(), decodeContext({ signal: abort.signal }));
  await new Promise(setImmediate);
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(done).rejects.toBe(reason);
});

test('passes on a failure of the transfer, in the header, the tables and the data', async () => {
  const { bytes } = buildVhdxImage({ virtualSize, extents });
  for (const readyBytes of [0, 2 * MiB, 3 * MiB + 8, 5 * MiB]) {
    await expectTransferFailure(vhdx, { bytes, readyBytes });
  }
});

test('passes on a failure of the sink, once no other write is running', async () => {
  const bytes = content('noise', 4, 8 * MiB);
  const image = buildVhdxImage({ virtualSize, extents: [{ position: 0, bytes }] }).bytes;
  const sink = await expectSinkFailure(vhdx, image, (position) => position === 2 * MiB);
  expect(sink.writtenBytes).toBeLessThan(8 * MiB);
});

test('waits for the very end of the file, also after the last block it needs', async () => {
  const layout = ['metadata', 'bat', 'blocks', 'log'] as const;
  const { bytes } = buildVhdxImage({ virtualSize, extents, layout });
  const source = new SteppedSource(bytes, { readyBytes: bytes.length - 1, sizeKnown: true });
  const sink = new PageSink();
  let finished = false;
  const done = decodeVhdx(source, sink).then(() => {
    finished = true;
  });
  await sink.written(3 * MiB);
  await new Promise(setImmediate);
  expect(finished).toBe(false);
  source.grow(bytes.length);
  await done;
  expect(sink.sha256()).toBe(want);
});
