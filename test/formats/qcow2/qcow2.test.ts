import { expect, test } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { buildQcow2Image } from '../../../src/testing/qcow2-image.ts';
import { decodeContext } from '../decode-context.ts';
import { expectAbort, expectSinkFailure, expectTransferFailure } from '../ended-decoding.ts';
import { PageSink } from '../page-sink.ts';
import { SteppedSource } from '../stepped-source.ts';
import { content, decodeQcow2, digestOf } from './disk.ts';

const MiB = 1024 * 1024;
const extents = [{ position: MiB, bytes: content('text', 1, MiB) }];

test('recognises its magic in any version, and nothing else', () => {
  const head = buildQcow2Image({ virtualSize: MiB, extents: [] }).bytes;
  expect(qcow2.detect({ head })).toBe(true);
  expect(qcow2.detect({ head: Uint8Array.of(0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 1) })).toBe(true);
  expect(qcow2.detect({ head: head.subarray(0, 3) })).toBe(false);
  expect(qcow2.detect({ head: new Uint8Array(512) })).toBe(false);
});

test('reports the facts of an image without reading its tables', async () => {
  const options = { virtualSize: 4 * MiB, extents, clusterBits: 16, extendedL2: true };
  const { bytes } = buildQcow2Image({ ...options, compression: 'zstd', l1: 'last' });
  const source = new SteppedSource(bytes, { readyBytes: 65_536, sizeKnown: false });
  const image = await qcow2.open(source, decodeContext());
  expect(image.virtualSize).toBe(4 * MiB);
  expect(image.facts).toEqual({
    variant: 'v3',
    clusterBytes: 65_536,
    compression: 'zstd',
    features: ['extended L2'],
  });
});

test('rounds an odd size down to whole sectors, as qemu does', async () => {
  const { bytes } = buildQcow2Image({ virtualSize: 4 * MiB, extents });
  new DataView(bytes.buffer).setBigUint64(24, BigInt(4 * MiB - 1));
  const sink = await decodeQcow2(bytes);
  expect(sink.sizeBytes).toBe(4 * MiB - 512);
  expect(sink.sha256()).toBe(digestOf(4 * MiB - 512, extents));
});

test('an empty disk of 1 TiB takes no time', async () => {
  const TiB = MiB * MiB;
  const { bytes } = buildQcow2Image({ virtualSize: TiB, extents: [] });
  const sink = await decodeQcow2(bytes);
  expect(sink.sizeBytes).toBe(TiB);
  expect(sink.writtenBytes).toBe(0);
});

test('a disk of no bytes has no tables', async () => {
  const { bytes } = buildQcow2Image({ virtualSize: 0, extents: [] });
  expect((await decodeQcow2(bytes)).sizeBytes).toBe(0);
});

test.each(['none', 'zlib', 'zstd'] as const)(
  'zeroes the holes on a used device (%s)',
  async (compression) => {
    const virtualSize = 40 * MiB + 512;
    const far = [
      ...extents,
      { position: 30 * MiB + 4096, bytes: content('noise', 2, 20_000) },
      { position: virtualSize - 512, bytes: content('text', 3, 512) },
    ];
    for (const zeros of ['unallocated', 'preallocated'] as const) {
      const options = { clusterBits: 14, compression, extendedL2: true, zeros };
      const { bytes } = buildQcow2Image({ virtualSize, extents: far, ...options });
      const sink = await decodeQcow2(bytes, new PageSink(0xee));
      expect(sink.sha256()).toBe(digestOf(virtualSize, far));
    }
  },
);

test('rethrows the reason of an abort while it waits, and writes nothing afterwards', async () => {
  const { bytes } = buildQcow2Image({ virtualSize: 4 * MiB, extents });
  await expectAbort(qcow2, { bytes, readyBytes: MiB / 2 }, () => Promise.resolve());
});

test('passes on a failure of the transfer, in the tables and in the data', async () => {
  const { bytes } = buildQcow2Image({ virtualSize: 4 * MiB, extents });
  for (const readyBytes of [65_536, 300_000]) {
    await expectTransferFailure(qcow2, { bytes, readyBytes });
  }
});

test('passes on a failure of the sink, once no other write is running', async () => {
  const bytes = content('noise', 4, 8 * MiB);
  const image = buildQcow2Image({ virtualSize: 8 * MiB, extents: [{ position: 0, bytes }] }).bytes;
  const sink = await expectSinkFailure(qcow2, image, (position) => position === 2 * MiB);
  expect(sink.writtenBytes).toBeLessThan(8 * MiB);
});

test('waits for the very end of the file, also after the last cluster it needs', async () => {
  const { bytes } = buildQcow2Image({ virtualSize: 4 * MiB, extents });
  const source = new SteppedSource(bytes, { readyBytes: bytes.length - 1, sizeKnown: true });
  const sink = new PageSink();
  let finished = false;
  const done = decodeQcow2(source, sink).then(() => {
    finished = true;
  });
  await sink.written(MiB);
  await new Promise(setImmediate);
  expect(finished).toBe(false);
  source.grow(bytes.length);
  await done;
});
