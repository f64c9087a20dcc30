import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SparseFile } from '../../src/bytes/sparse-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-disk-'));
});
afterEach(() => rm(folder, { recursive: true }));

const max = 1024 ** 2;

async function withFile(use: (file: SparseFile) => Promise<void>, name = 'disk'): Promise<Buffer> {
  const path = join(folder, name);
  const handle = await open(path, 'wx+');
  try {
    await use(new SparseFile(handle, { maxBytes: max, maxDataBytes: () => max }));
  } finally {
    await handle.close();
  }
  return readFile(path);
}

test('zeros are holes, and data is at its place', async () => {
  const bytes = await withFile(async (file) => {
    await file.setSize(max);
    await file.write(0, Buffer.alloc(512 * 1024));
    await file.write(600_000, Buffer.from('data'));
    expect(file.extents()).toEqual([[589_824, 65_536]]);
  });
  expect(bytes.subarray(600_000, 600_004).toString()).toBe('data');
  expect(bytes).toHaveLength(max);
  expect((await stat(join(folder, 'disk'))).blocks * 512).toBeLessThan(65_537);
});

test('writes past the size or the limit are refused, in either order', async () => {
  await withFile(async (file) => {
    await file.setSize(100);
    await expect(file.write(90, Buffer.alloc(11))).rejects.toMatchObject({ code: 'ERR_DECODE' });
    await expect(file.setSize(max + 1)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });
  await withFile(async (file) => {
    await expect(file.write(max, Buffer.from('x'))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await file.write(50, Buffer.from('x'));
    await expect(file.setSize(50)).rejects.toMatchObject({ code: 'ERR_DECODE' });
  }, 'other');
});

test('any writes, zeros over data included, read back as an ordinary buffer would', async () => {
  const step = fc.record({
    position: fc.nat(200_000),
    length: fc.integer({ min: 1, max: 70_000 }),
    fill: fc.constantFrom(0, 0, 1, 255),
    zero: fc.boolean(),
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      round += 1;
      const expected = Buffer.alloc(300_000);
      const bytes = await withFile(async (file) => {
        for (const { position, length, fill, zero } of steps) {
          if (zero) await file.zero(position, length);
          else await file.write(position, Buffer.alloc(length, fill));
          expected.fill(zero ? 0 : fill, position, position + length);
        }
        await file.setSize(expected.length);
        // Outside of the extents there are only zeros.
        const rest = Buffer.from(expected);
        for (const [offset, size] of file.extents()) rest.fill(0, offset, offset + size);
        expect(rest.equals(Buffer.alloc(rest.length))).toBe(true);
      }, `disk${round}`);
      expect(bytes.equals(expected)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('the digest of a block counts only if the block has no other data', async () => {
  const handle = await open(join(folder, 'digested'), 'wx+');
  const given: number[] = [];
  const note = (position: number): number => given.push(position);
  const MiB = 1024 ** 2;
  const file = new SparseFile(handle, { maxBytes: 8 * MiB }, undefined, undefined, note);
  const sha256 = new Uint8Array(32);
  await file.write(MiB + 70_000, Buffer.from('data'));
  const digests: [number, Uint8Array][] = [0, 1, 2].map((block) => [block * MiB, sha256]);
  file.file?.wrote([0, 3 * MiB], 0, digests);
  file.file?.wrote([2 * MiB, MiB], 0, digests.slice(2));
  await handle.close();
  expect(given).toEqual([0, 2 * MiB]);
});
