import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Disk, DiskWriter } from '../../../src/kit.ts';
import type { DiskExtent } from '../../../src/testing/cut-blocks.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeDisk } from '../decode-disk.ts';
import { content } from '../qcow2/disk.ts';
import { diskOf, writeDisk } from './write-disk.ts';

const MiB = 1024 * 1024;
const hasQemuImg = spawnSync('qemu-img', ['--version']).status === 0;

export interface WriterProperties {
  writer: DiskWriter;
  reader: Disk;
  options?: Record<string, string>;
  /** Sizes are rounded up to a multiple of this many bytes. */
  roundBytes: number;
  /** The name of the format in qemu-img. */
  qemuFormat: string;
  /** `qemu-img check` supports the format. */
  canCheck: boolean;
  /** The format has ids derived from the data; default: true. */
  hasIds?: boolean;
  /** The largest disk that the format holds; absent if there is no limit. */
  maxBytes?: number;
  /** Maximum size of a file in addition to the blocks of 4 KiB that hold data. */
  overheadBytes: number;
}

/** Properties of every writer of a disk format. */
export function writerProperties(properties: WriterProperties): void {
  const { writer, reader, options = {}, roundBytes, maxBytes, hasIds = true } = properties;
  const rounded = (size: number): number => Math.ceil(size / roundBytes) * roundBytes;
  const write = (size: number, parts: DiskExtent[]) =>
    writeDisk(writer, diskOf(size, parts), { options });

  /** The digest of the disk with the zeros that rounding adds. */
  function want(size: number, parts: readonly DiskExtent[]): string {
    const bytes = new Uint8Array(rounded(size));
    for (const part of parts) bytes.set(part.bytes, part.position);
    return createHash('sha256').update(bytes).digest('hex');
  }

  test('any layout reads back equal, and is written the same way twice', async () => {
    const sizes = fc.oneof(
      fc.integer({ min: 1, max: 5 * MiB }),
      fc.integer({ min: 1, max: 5 * 2048 }).map((sectors) => sectors * 512),
    );
    const property = fc.asyncProperty(sizes, anyExtents, async (size, any) => {
      const parts = placeExtents(any, size);
      const { bytes, dataBytes } = await write(size, parts);
      const sink = await decodeDisk(reader, bytes);
      expect(sink.sizeBytes).toBe(rounded(size));
      expect(sink.sha256()).toBe(want(size, parts));
      expect(Buffer.compare((await write(size, parts)).bytes, bytes)).toBe(0);
      const data = new Set(parts.flatMap(blocksOf));
      expect(dataBytes).toBeLessThanOrEqual(data.size * 4096 + properties.overheadBytes);
    });
    await fc.assert(property, { numRuns: 60, seed: 16 });
  });

  test.runIf(hasIds)('another disk has other ids', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async (seed) => {
        const parts = [{ position: 0, bytes: content('noise', seed, 4096) }];
        const { bytes } = await write(3 * MiB, parts);
        // The data itself is replaced by zeros in both files.
        const at = Buffer.from(bytes).indexOf(Buffer.from(content('noise', seed, 4096)));
        return Buffer.from(bytes).fill(0, Math.max(0, at), at + 4096);
      }),
    );
    expect(Buffer.compare(one ?? Buffer.alloc(0), other ?? Buffer.alloc(0))).not.toBe(0);
  });

  test('an aborted call ends with its reason', async () => {
    const reason = new Error('enough');
    const parts = [{ position: 0, bytes: content('noise', 1, 3 * MiB) }];
    const abort = new AbortController();
    const disk = diskOf(3 * MiB, parts);
    const stopping = {
      ...disk,
      read: async (position: number, length: number) => {
        abort.abort(reason);
        return await disk.read(position, length);
      },
    };
    const run = writeDisk(writer, stopping, { options, signal: abort.signal });
    await expect(run).rejects.toBe(reason);
  });

  test.runIf(maxBytes !== undefined)(
    'a disk that is too large is refused with a hint',
    async () => {
      const size = maxBytes ?? 0;
      await writer.check({ virtualSize: size }, options);
      await expect(writer.check({ virtualSize: size + 1 }, options)).rejects.toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        remedy: 'usage',
        hint: expect.stringMatching(/\.$/),
      });
    },
  );

  describe.runIf(hasQemuImg)('qemu-img reads the same disk', () => {
    const folder = mkdtempSync(join(tmpdir(), 'writer-qemu-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each([
      ['empty', 3 * MiB, []],
      [
        'of 1 MiB and a sector',
        MiB + 512,
        [
          [0, 4096],
          [MiB, 512],
        ],
      ],
      [
        'with data here and there',
        70 * MiB,
        [
          [0, 512],
          [5 * MiB - 7, 2 * MiB],
          [70 * MiB - 9, 9],
        ],
      ],
    ] as [string, number, [number, number][]][])('%s', async (name, size, places) => {
      const parts = places.map(([position, length], seed) => {
        return { position, bytes: content('noise', seed + 1, length) };
      });
      const path = join(folder, name.replaceAll(' ', '-'));
      writeFileSync(path, (await write(size, parts)).bytes);
      const raw = new Uint8Array(rounded(size));
      for (const part of parts) raw.set(part.bytes, part.position);
      writeFileSync(`${path}.raw`, raw);
      const { qemuFormat, canCheck } = properties;
      if (canCheck) execFileSync('qemu-img', ['check', '-q', '-f', qemuFormat, path]);
      execFileSync('qemu-img', ['compare', '-f', qemuFormat, '-F', 'raw', path, `${path}.raw`]);
    });
  });
}

function blocksOf({ position, bytes }: DiskExtent): number[] {
  const first = Math.floor(position / 4096);
  const end = Math.ceil((position + bytes.length) / 4096);
  return Array.from({ length: end - first }, (_, index) => first + index);
}
