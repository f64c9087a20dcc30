import { describe, expect, test } from 'vitest';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { PageSink } from '../page-sink.ts';
import { SteppedSource } from '../stepped-source.ts';
import { content, decodeQcow2, digestOf } from './disk.ts';

const MiB = 1024 * 1024;
const clusterBytes = 65_536;

// Tables of 16 KiB clusters describe 32 MiB: three of them here.
const virtualSize = 80 * MiB;
const extents = [
  { position: 0, bytes: content('text', 1, 8 * MiB) },
  { position: 40 * MiB, bytes: content('noise', 2, 6 * MiB) },
  { position: 70 * MiB, bytes: content('text', 3, 4 * MiB) },
];
const disk: Qcow2ImageOptions = { virtualSize, extents, clusterBits: 14 };
const want = digestOf(virtualSize, extents);

const shuffled = (clusters: number[]): number[] =>
  clusters.toSorted((a, b) => ((a * 7919) % 1021) - ((b * 7919) % 1021) || a - b);

const layouts: [string, Partial<Qcow2ImageOptions>][] = [
  ['as converted', {}],
  ['as converted, compressed', { compression: 'zlib' }],
  ['written out of order', { order: shuffled }],
  ['written out of order, compressed', { order: shuffled, compression: 'zstd' }],
  ['tables behind their data', { l2: 'after', compression: 'zlib' }],
  ['from the end to the start, tables behind', { l2: 'after', order: (list) => list.toReversed() }],
];

/** Bytes of the disk that are known as soon as the file has arrived up to `readyBytes`. */
function explained(image: ReturnType<typeof buildQcow2Image>, readyBytes: number): number {
  const tableEntries = 2048;
  let bytes = 0;
  for (const [number, offset] of image.dataOffsets) {
    const table = image.l2Offsets[Math.floor(number / tableEntries)] ?? 0;
    if (Math.max(table, offset) + 16_384 <= readyBytes) bytes += 16_384;
  }
  return bytes;
}

describe('a file that is still arriving', () => {
  test.each(layouts)('%s: everything that is known is written', async (_, layout) => {
    const image = buildQcow2Image({ ...disk, ...layout });
    const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: false });
    const sink = new PageSink();
    const done = decodeQcow2(source, sink);
    const steps = 12;
    for (let step = 1; step < steps; step += 1) {
      const readyBytes = Math.floor((image.bytes.length * step) / steps);
      source.grow(readyBytes);
      // One read is up to 1 MiB and is not cut in two. This waits forever if nothing more is written.
      await sink.written(explained(image, readyBytes) - MiB);
    }
    source.grow(image.bytes.length);
    await done;
    expect(sink.sha256()).toBe(want);
  });

  test('needs no byte after the last cluster it waits for', async () => {
    const image = buildQcow2Image({ ...disk, order: shuffled });
    const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: true });
    const sink = new PageSink();
    const done = decodeQcow2(source, sink);
    source.grow(Math.max(...image.dataOffsets.values()) + 16_384);
    await sink.written(18 * MiB);
    expect(sink.writtenBytes).toBe(18 * MiB);
    source.grow(image.bytes.length);
    await done;
  });

  test.each([true, false])(
    'that ends too early is truncated (size known: %s)',
    async (sizeKnown) => {
      const image = buildQcow2Image({ ...disk, order: shuffled });
      const cut = image.bytes.slice(0, Math.max(...image.dataOffsets.values()) + 16_383);
      const source = new SteppedSource(cut, { readyBytes: 100_000, sizeKnown });
      const done = decodeQcow2(source);
      source.grow(cut.length);
      await expect(done).rejects.toMatchObject({ details: { reason: 'truncated' } });
    },
  );
});

describe('an L1 table at the end', () => {
  const bytes = content('noise', 5, 24 * MiB);
  const late = buildQcow2Image({
    virtualSize: 32 * MiB,
    extents: [{ position: 0, bytes }],
    l1: 'last',
    l2: 'last',
  });
  const lateWant = digestOf(32 * MiB, [{ position: 0, bytes }]);

  test('is waited for if nothing can be fetched early', async () => {
    const source = new SteppedSource(late.bytes, { readyBytes: 8 * MiB, sizeKnown: true });
    const sink = new PageSink();
    const done = decodeQcow2(source, sink);
    source.grow(late.l1Offset);
    source.grow(late.bytes.length);
    await done;
    expect(sink.sha256()).toBe(lateWant);
  });

  /** The beginning of the image, with the rest available on request; `l1Asked` and `l2Asked` resolve on the request. */
  function sourceWithAhead(answer: (position: number, bytes: Uint8Array) => Uint8Array): {
    source: SteppedSource;
    l1Asked: Promise<void>;
    l2Asked: Promise<void>;
  } {
    const source = new SteppedSource(late.bytes, { readyBytes: clusterBytes, sizeKnown: true });
    const l1Asked = Promise.withResolvers<void>();
    const l2Asked = Promise.withResolvers<void>();
    Object.assign(source, {
      ahead: async (position: number, length: number) => {
        (position === late.l1Offset ? l1Asked : l2Asked).resolve();
        return answer(position, late.bytes.slice(position, position + length));
      },
    });
    return { source, l1Asked: l1Asked.promise, l2Asked: l2Asked.promise };
  }

  test('is fetched early, with its L2 tables, if that is possible', async () => {
    const { source, l1Asked, l2Asked } = sourceWithAhead((_, bytes) => bytes);
    const sink = new PageSink();
    const done = decodeQcow2(source, sink);
    await Promise.all([l1Asked, l2Asked]);
    source.grow(12 * MiB);
    await sink.written(10 * MiB);
    source.grow(late.bytes.length);
    await done;
    expect(sink.sha256()).toBe(lateWant);
  });

  test('is refused if the sequential read brings another one', async () => {
    const { source, l2Asked } = sourceWithAhead((position, bytes) => {
      // Another data cluster than that of the file, as from a server with two contents.
      return position === late.l1Offset ? bytes : bytes.copyWithin(0, 8, 16);
    });
    const done = decodeQcow2(source);
    await l2Asked;
    source.grow(late.bytes.length);
    await expect(done).rejects.toMatchObject({
      code: 'ERR_UNSAFE_IMAGE',
      details: { reason: 'ambiguous-content' },
    });
  });

  test('is waited for if fetching it early fails', async () => {
    const { source, l1Asked } = sourceWithAhead(() => {
      throw new Error('no ranges here');
    });
    const done = decodeQcow2(source);
    await l1Asked;
    source.grow(late.bytes.length);
    expect((await done).sha256()).toBe(lateWant);
  });
});
