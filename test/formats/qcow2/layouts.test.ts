import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { SteppedSource } from '../stepped-source.ts';
import { content, decodeQcow2, digestOf } from './disk.ts';

/** The internal engine of a zlib object; not in the type declarations. */
interface Inflated {
  engine: { bytesWritten: number };
}

/** Data at both ends of a disk that needs several L2 tables if they are small, with holes and zeros between. */
function diskFor(clusterBits: number): Pick<Qcow2ImageOptions, 'virtualSize' | 'extents'> {
  const cluster = 2 ** clusterBits;
  const virtualSize = Math.max(cluster * 12, Math.min(cluster * cluster, 2 ** 23)) + 512;
  const extents = [
    { position: 0, bytes: content('text', 1, cluster * 3) },
    { position: cluster * 4 + 512, bytes: content('noise', 2, cluster) },
    { position: cluster * 6, bytes: new Uint8Array(cluster * 2) },
    { position: cluster * 8, bytes: content('text', 1, cluster * 3) },
    { position: virtualSize - 512, bytes: content('text', 3, 512) },
  ];
  return { virtualSize, extents };
}

async function expectRoundTrip(options: Qcow2ImageOptions): Promise<void> {
  const { bytes } = buildQcow2Image(options);
  const sink = await decodeQcow2(bytes);
  expect(sink.sizeBytes).toBe(options.virtualSize);
  expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
}

const reversed = (clusters: number[]): number[] => clusters.toReversed();
const interleaved = (clusters: number[]): number[] => [
  ...clusters.filter((_, i) => i % 2 === 1),
  ...clusters.filter((_, i) => i % 2 === 0),
];

const clusterSizes = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21];
const compressions = ['none', 'zlib', 'zstd'] as const;

describe.each(clusterSizes)('clusters of 2^%i bytes', (clusterBits) => {
  test.each(compressions)('compression %s', async (compression) => {
    await expectRoundTrip({ ...diskFor(clusterBits), clusterBits, compression });
  });
});

describe.each(clusterSizes.slice(5))('extended L2 entries, clusters of 2^%i bytes', (bits) => {
  test.each(compressions)('compression %s', async (compression) => {
    const zeros = bits % 2 === 0 ? 'preallocated' : 'unallocated';
    const options = { clusterBits: bits, compression, extendedL2: true, zeros } as const;
    await expectRoundTrip({ ...diskFor(bits), ...options });
  });
});

const layouts: [string, Partial<Qcow2ImageOptions>][] = [
  ['version 2', { version: 2 }],
  ['version 2, compressed', { version: 2, compression: 'zlib' }],
  ['zero flags', { zeros: 'flagged' }],
  ['zero flags of subclusters', { zeros: 'flagged', extendedL2: true, clusterBits: 14 }],
  ['zero flags over room that holds other bytes', { zeros: 'preallocated' }],
  ['L1 table at the end', { l1: 'last' }],
  ['L2 tables behind their data', { l2: 'after' }],
  ['L2 tables at the end', { l2: 'last' }],
  ['all tables at the end, compressed', { l1: 'last', l2: 'last', compression: 'zstd' }],
  ['written from the end to the start', { order: reversed }],
  ['written out of order', { order: interleaved, compression: 'zlib' }],
  ['out of order, tables behind', { order: interleaved, l2: 'after', compression: 'zlib' }],
  ['equal clusters stored once', { share: true }],
  ['equal compressed clusters stored once', { share: true, compression: 'zlib', order: reversed }],
];

test.each(layouts)('%s', async (_, layout) => {
  for (const clusterBits of [9, 12, 16]) {
    await expectRoundTrip({ ...diskFor(clusterBits), clusterBits, ...layout });
  }
});

test('an L1 table may describe more than the disk: the state of snapshots', async () => {
  const disk = diskFor(12);
  const { bytes, l1Offset } = buildQcow2Image({ ...disk, clusterBits: 12 });
  const view = new DataView(bytes.buffer);
  const entries = view.getUint32(36);
  view.setUint32(36, entries + 4);
  view.setBigUint64(l1Offset + (entries + 1) * 8, 1n << 62n);
  view.setUint32(60, 1);
  expect((await decodeQcow2(bytes)).sha256()).toBe(digestOf(disk.virtualSize, disk.extents));
});

test('a compressed cluster may end with the file, inside its last sector', async () => {
  const options = { ...diskFor(16), compression: 'zlib' } as const;
  const { bytes, dataOffsets } = buildQcow2Image(options);
  const last = Math.max(...dataOffsets.values());
  // After it come only the refcounts, which a reader does not need.
  const stream = inflateRawSync(bytes.subarray(last), { info: true }) as unknown as Inflated;
  const end = last + stream.engine.bytesWritten;
  const sink = await decodeQcow2(bytes.slice(0, end));
  expect(sink.sha256()).toBe(digestOf(options.virtualSize, options.extents));
  await expect(decodeQcow2(bytes.slice(0, end - 1))).rejects.toMatchObject({
    details: { reason: 'truncated' },
  });
});

test('a queue that exceeds its memory drops tables and reads them again', async () => {
  const virtualSize = 4 * 1024 * 1024;
  const extents = [{ position: 0, bytes: content('noise', 9, virtualSize) }];
  // Every 31st cluster first: soon all tables are known, and nearly all data is still to come.
  const order = (clusters: number[]): number[] =>
    clusters.toSorted((a, b) => (a % 31) - (b % 31) || a - b);
  const { bytes } = buildQcow2Image({ virtualSize, extents, clusterBits: 9, order });
  const source = new SteppedSource(bytes, 'whole');
  const limits = { tableBytes: 16 * 1024 };
  const sink = await decodeQcow2(source, new PageSink(), decodeContext({ limits }));
  expect(sink.sha256()).toBe(digestOf(virtualSize, extents));
  expect(sink.writtenBytes).toBe(virtualSize);
  // 128 tables of 512 bytes, each read more than once.
  expect(source.readBytes).toBeGreaterThan(virtualSize + 4 * 128 * 512);
});
