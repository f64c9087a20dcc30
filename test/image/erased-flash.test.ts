import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SparseFile } from '../../src/bytes/sparse-file.ts';
import { inspectImage, type Limits } from '../../src/index.ts';
import { buildQcow2Image, buildRawDisk } from '../../src/testing/index.ts';

const MiB = 1024 ** 2;
/** More than 256 MiB, from which on the ratio counts. */
const virtualSize = 300 * MiB;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-flash-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A card with a partition table, followed by one repeated byte. */
function makeCard(byte: number): Uint8Array {
  const card = buildRawDisk({ virtualSize });
  card.fill(byte, 4096);
  return card;
}

async function inspect(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
): ReturnType<typeof inspectImage> {
  const file = join(folder, 'image');
  await writeFile(file, bytes);
  return inspectImage(file, { scratchDir: folder, limits });
}

const packings: [string, (card: Uint8Array) => Uint8Array][] = [
  ['gz', (card) => gzipSync(card, { level: 1 })],
  ['zst', (card) => zstdCompressSync(card)],
  [
    'qcow2',
    (card) => {
      const extents = [{ position: 0, bytes: card }];
      return buildQcow2Image({ virtualSize, extents, compression: 'zlib' }).bytes;
    },
  ],
];

describe.each(packings)('300 MiB in %s', (_name, pack) => {
  test('of erased flash are a disk, and count as data in a copy', async () => {
    const bytes = pack(makeCard(0xff));
    const found = await inspect(bytes);
    expect(found).toMatchObject({ virtualSize, dataBytes: virtualSize, hazards: [] });
    const low = await inspect(bytes, { fillBytes: 30 * MiB });
    expect(low.hazards).toMatchObject([{ code: 'ERR_LIMIT', reason: 'limit' }]);
    expect(low.hazards[0]?.message).toContain('of 0xFF');
  });

  test('of another byte stay data', async () => {
    const bytes = pack(makeCard(0xee));
    expect((await inspect(bytes)).hazards).toMatchObject([{ reason: 'limit' }]);
    expect((await inspect(bytes, { dataRatio: 1_000_000 })).hazards).toEqual([]);
  });
});

describe('a written disk', () => {
  const erased = Buffer.alloc(3 * 4096, 0xff);

  function openDisk(bounds: {
    maxFillBytes?: number;
    freeBytes?: number;
    data?: number;
  }): SparseFile {
    const target = {
      write: async (_bytes: Uint8Array, _at: number, length: number) => ({ bytesWritten: length }),
      truncate: async () => {},
    };
    const { data = 0, ...rest } = bounds;
    return new SparseFile(target, { maxBytes: MiB, maxDataBytes: () => data, ...rest });
  }

  test('counts whole blocks of 0xFF, and parts of one at both ends of a write', async () => {
    const disk = openDisk({ maxFillBytes: MiB });
    await disk.write(4096, erased);
    await disk.write(40_000, erased);
    await disk.write(100_000, erased.subarray(0, 100));
    expect(disk.dataBytes).toBe(2 * erased.length + 100);
  });

  test.each([
    ['first', 0],
    ['last', 4095],
    ['middle', 2000],
  ])('a block with a different %s byte is data', async (_, at) => {
    const block = Buffer.alloc(4096, 0xff);
    block.writeUInt8(0xfe, at);
    await expect(openDisk({ maxFillBytes: MiB }).write(0, block)).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      hint: expect.stringContaining('--limit dataRatio='),
    });
  });

  test('is refused past the limit, with the value that would be enough', async () => {
    const disk = openDisk({ maxFillBytes: 8192 });
    await disk.setSize(100_000);
    await expect(disk.write(0, erased)).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      hint: expect.stringContaining('--limit fillBytes=98KiB'),
      details: { limit: 8192 },
    });
  });

  test('is refused if there is less free space than erased blocks', async () => {
    const disk = openDisk({ maxFillBytes: MiB, freeBytes: 8192 });
    await disk.write(0, erased.subarray(0, 8192));
    await expect(disk.write(8192, erased)).rejects.toMatchObject({
      code: 'ERR_NO_SPACE',
      details: { freeBytes: 8192, neededBytes: 20_480 },
    });
  });
});
