import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { GrowingFile } from '../../../src/bytes/growing-file.ts';
import { SparseFile } from '../../../src/bytes/sparse-file.ts';
import { digestBlocks } from '../../../src/cache/digest/content-digest.ts';
import { RunningDigest } from '../../../src/cache/digest/running-digest.ts';
import { buildQcow2Image, type Qcow2ImageOptions } from '../../../src/testing/qcow2-image.ts';
import { hashDisk } from '../../cache/digest/hash-disk.ts';
import { decodeContext } from '../decode-context.ts';
import { content } from './disk.ts';

const MiB = 1024 * 1024;
const virtualSize = 48 * MiB + 512;
// Whole blocks of data, one with a hole in it, one that is half there, and the end of the disk.
const text = content('text', 1, 32 * MiB);
text.fill(0, 9 * MiB + 65_536, 9 * MiB + 3 * 65_536);
text.fill(0, 11 * MiB + 4096, 11 * MiB + 5 * 4096);
const extents = [
  { position: 0, bytes: text },
  { position: 40 * MiB + MiB / 2, bytes: content('text', 2, MiB) },
  { position: virtualSize - 512, bytes: content('text', 3, 512) },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-digests-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Decodes an image; returns how many blocks its threads digested, and how often the disk was read for the others. */
async function decode(
  options: Partial<Qcow2ImageOptions>,
): Promise<{ given: number; reads: number }> {
  const { bytes } = buildQcow2Image({ virtualSize, extents, compression: 'zlib', ...options });
  const [path, diskPath] = [join(folder, 'image'), join(folder, 'disk')];
  await writeFile(path, bytes);
  await rm(diskPath, { force: true });
  const [handle, disk] = [await open(path, 'r'), await open(diskPath, 'wx+')];
  let [given, reads] = [0, 0];
  const read = (...parameters: Parameters<FileHandle['read']>): ReturnType<FileHandle['read']> => {
    reads += 1;
    return disk.read(...parameters);
  };
  const digest = new RunningDigest(Object.assign(Object.create(disk) as FileHandle, { read }));
  const sink = new SparseFile(
    disk,
    { maxBytes: virtualSize },
    () => {},
    (...range) => digest.wrote(...range),
    (...block) => {
      given += 1;
      digest.hashed(...block);
    },
  );
  try {
    const opened = await qcow2.open(GrowingFile.whole(handle, bytes.length), decodeContext());
    await opened.copyTo(sink);
    const blocks = await digest.finish(new AbortController().signal);
    expect(digestBlocks(blocks, virtualSize)).toBe(await hashDisk(diskPath));
    return { given, reads };
  } finally {
    await handle.close();
    await disk.close();
  }
}

test.each<[string, Partial<Qcow2ImageOptions>]>([
  ['zlib', {}],
  ['zstd', { compression: 'zstd' }],
])(
  '%s: threads digest the blocks that they write completely, which are not read again',
  async (_, options) => {
    const { given, reads } = await decode(options);
    expect(given).toBeGreaterThanOrEqual(30);
    expect(reads).toBeLessThanOrEqual(12);
  },
);

test.each<[string, Partial<Qcow2ImageOptions>]>([
  ['clusters of 4 KiB', { clusterBits: 12 }],
  ['clusters of 2 MiB', { clusterBits: 21 }],
  ['clusters from the end to the start', { order: (clusters) => clusters.toReversed() }],
  ['every second cluster first', { order: (all) => all.toSorted((a, b) => (a % 2) - (b % 2)) }],
  ['clusters that are used twice', { share: true }],
])('%s: the digest of the disk is right', async (_, options) => {
  await decode(options);
});

test.each([true, false])(
  'threads digest blocks only if the caller wants it: %s',
  async (isAsked) => {
    const { bytes } = buildQcow2Image({ virtualSize, extents, compression: 'zlib' });
    const [path, diskPath] = [join(folder, 'image'), join(folder, 'disk')];
    await writeFile(path, bytes);
    await rm(diskPath, { force: true });
    const [handle, disk] = [await open(path, 'r'), await open(diskPath, 'wx+')];
    const nothing = (): void => {};
    const bounds = { maxBytes: virtualSize };
    const sink = new SparseFile(disk, bounds, nothing, nothing, isAsked ? nothing : undefined);
    const { file } = sink;
    if (file === undefined) throw new Error('a new file has a descriptor');
    let digests = 0;
    const { wrote } = file;
    file.wrote = (...written) => {
      digests += written[2]?.length ?? 0;
      wrote(...written);
    };
    try {
      const opened = await qcow2.open(GrowingFile.whole(handle, bytes.length), decodeContext());
      await opened.copyTo(sink);
    } finally {
      await handle.close();
      await disk.close();
    }
    expect(digests > 0).toBe(isAsked);
  },
);
