import { createHash, randomBytes } from 'node:crypto';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ContentDigest } from '../../../src/cache/digest/content-digest.ts';
import { hashFile, tabulateDisk } from '../../../src/cache/digest/hash-disk.ts';
import { tempDir } from '../temp-dir.ts';
import { hashDisk } from './hash-disk.ts';

const MiB = 1024 * 1024;

describe('content digest', () => {
  it('is computed as documented', async () => {
    const path = join(await tempDir(), 'disk');
    const data = randomBytes(3000);
    await writeAt(path, [[2 * MiB - 1000, data]], 4 * MiB + 100);
    const block = (offset: number, bytes: Buffer): Buffer[] => {
      const position = Buffer.alloc(8);
      position.writeBigUInt64LE(BigInt(offset));
      return [position, createHash('sha256').update(bytes).digest()];
    };
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(4 * MiB + 100));
    const parts = [
      ...block(MiB, Buffer.concat([Buffer.alloc(MiB - 1000), data.subarray(0, 1000)])),
      ...block(2 * MiB, Buffer.concat([data.subarray(1000), Buffer.alloc(MiB - 2000)])),
      size,
    ];
    const expected = createHash('sha256').update(Buffer.concat(parts)).digest('hex');
    expect(await hashDisk(path)).toBe(`content-sha256:${expected}`);
    expect(await hashDisk(path, [[2 * MiB - 1000, 3000]])).toBe(`content-sha256:${expected}`);
    // For any division of the same data into extents, and with zeros counted as data.
    expect(
      await hashDisk(path, [
        [0, 1],
        [2 * MiB - 1000, 999],
        [2 * MiB - 1, 2500],
        [4 * MiB, 100],
      ]),
    ).toBe(`content-sha256:${expected}`);
  });

  it('takes blocks in any order', () => {
    const [a, b] = [new ContentDigest(), new ContentDigest()];
    const [one, two] = [randomBytes(32), randomBytes(32)];
    a.add(0, one);
    a.add(MiB, two);
    b.add(MiB, two);
    b.add(0, one);
    expect(a.finish(2 * MiB)).toBe(b.finish(2 * MiB));
    expect(a.finish(2 * MiB)).not.toBe(a.finish(2 * MiB + 1));
  });

  it('differs for another size, place or content', async () => {
    const path = join(await tempDir(), 'disk');
    const data = randomBytes(100);
    const digests = new Set<string>();
    for (const [position, size] of [
      [0, 3 * MiB],
      [1, 3 * MiB],
      [MiB, 3 * MiB],
      [0, 3 * MiB + 1],
    ] as const) {
      await writeFile(path, '');
      await writeAt(path, [[position, data]], size);
      digests.add(await hashDisk(path));
    }
    await writeFile(path, '');
    await writeAt(path, [], 3 * MiB);
    digests.add(await hashDisk(path));
    await truncate(path, 0);
    digests.add(await hashDisk(path));
    expect(digests.size).toBe(6);
  });

  it('reads no holes if the extents are known', async () => {
    const path = join(await tempDir(), 'disk');
    await writeAt(path, [[2 ** 39, Buffer.from('end')]], 2 ** 40);
    const started = performance.now();
    expect(await hashDisk(path, [[2 ** 39, 3]])).toMatch(/^content-sha256:[0-9a-f]{64}$/);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('reports the data of a disk in units of 64 KiB', async () => {
    const path = join(await tempDir(), 'disk');
    const end = 3 * MiB + 100;
    const writes: [number, Buffer][] = [
      [MiB - 10, Buffer.from('across two blocks')],
      [2 * MiB, Buffer.alloc(MiB)],
      [3 * MiB + 99, Buffer.from('!')],
    ];
    await writeAt(path, writes, end);
    const { extents, blocks, sizeBytes } = await tabulateDisk(path);
    expect(sizeBytes).toBe(end);
    expect(extents).toEqual([
      [MiB - 65536, 2 * 65536],
      [3 * MiB, 100],
    ]);
    expect([...blocks.keys()]).toEqual([0, MiB, 3 * MiB]);
  });

  it('stops with the reason of the caller, and throws typed errors for unreadable files', async () => {
    const path = join(await tempDir(), 'disk');
    await writeAt(path, [], 8 * MiB);
    const reason = new Error('enough');
    await expect(hashDisk(path, undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(hashFile(path, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(hashDisk(`${path}.none`)).rejects.toMatchObject({ code: 'ERR_CACHE_IO' });
  });

  it('of a whole file is its ordinary sha256', async () => {
    const path = join(await tempDir(), 'file');
    for (const bytes of [Buffer.alloc(0), randomBytes(MiB), randomBytes(2 * MiB + 5)]) {
      await writeFile(path, bytes);
      expect(await hashFile(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});

async function writeAt(path: string, writes: [number, Buffer][], size: number): Promise<void> {
  const handle = await open(path, 'w');
  for (const [position, bytes] of writes) await handle.write(bytes, 0, bytes.length, position);
  await handle.truncate(size);
  await handle.close();
}
