import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { digestBlocks } from '../../../src/cache/digest/content-digest.ts';
import { RunningDigest } from '../../../src/cache/digest/running-digest.ts';
import { tempDir } from '../temp-dir.ts';
import { hashDisk } from './hash-disk.ts';

const MiB = 1024 * 1024;
const never = new AbortController().signal;

async function withFile<T>(use: (path: string, handle: FileHandle) => Promise<T>): Promise<T> {
  const path = join(await tempDir(), 'disk');
  const handle = await open(path, 'wx+');
  try {
    return await use(path, handle);
  } finally {
    await handle.close();
  }
}

test('equals the digest of the whole disk, for any order of writes', async () => {
  const writes = fc.array(
    fc.record({
      position: fc.nat(6 * MiB),
      length: fc.integer({ min: 1, max: 2 * MiB }),
      byte: fc.constantFrom(0, 1, 255),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(writes, async (list) => {
      await withFile(async (path, handle) => {
        await handle.truncate(9 * MiB + 5);
        const digest = new RunningDigest(handle);
        for (const { position, length, byte } of list) {
          await handle.write(Buffer.alloc(length, byte), 0, length, position);
          digest.wrote(position, length);
        }
        expect(digestBlocks(await digest.finish(never), 9 * MiB + 5)).toBe(await hashDisk(path));
      });
    }),
    { numRuns: 20 },
  );
});

test('blocks that are complete are hashed and synced while others are still to come', async () => {
  await withFile(async (path, handle) => {
    const counts = { reads: 0, syncs: 0 };
    const counted = Object.assign(Object.create(handle) as FileHandle, {
      read: (...parameters: Parameters<FileHandle['read']>) => {
        counts.reads += 1;
        return handle.read(...parameters);
      },
      datasync: () => {
        counts.syncs += 1;
        return handle.datasync();
      },
    });
    const digest = new RunningDigest(counted);
    // One by one: at the first there is nothing to do yet.
    for (let block = 0; block < 100; block += 1) {
      await handle.write(randomBytes(MiB), 0, MiB, block * MiB);
      digest.wrote(block * MiB, MiB);
    }
    await digest.idle();
    expect(counts.reads).toBeGreaterThanOrEqual(84);
    expect(counts.syncs).toBeGreaterThanOrEqual(1);
    expect(digestBlocks(await digest.finish(never), 100 * MiB)).toBe(await hashDisk(path));
  });
});

test('blocks without a digest from their writer are hashed while blocks with one come', async () => {
  await withFile(async (path, handle) => {
    let reads = 0;
    const counted = Object.assign(Object.create(handle) as FileHandle, {
      read: (...parameters: Parameters<FileHandle['read']>) => {
        reads += 1;
        return handle.read(...parameters);
      },
    });
    const digest = new RunningDigest(counted);
    for (let block = 0; block < 100; block += 1) {
      const bytes = randomBytes(MiB);
      await handle.write(bytes, 0, MiB, block * MiB);
      digest.wrote(block * MiB, MiB);
      const sha256 = createHash('sha256').update(bytes).digest();
      if (block % 10 !== 0) digest.hashed(block * MiB, sha256);
    }
    await digest.idle();
    // Of ten, the last one is not complete.
    expect(reads).toBeGreaterThanOrEqual(9);
    expect(digestBlocks(await digest.finish(never), 100 * MiB)).toBe(await hashDisk(path));
  });
});

test('a block that is written again after it was hashed counts with its final content', async () => {
  await withFile(async (path, handle) => {
    const digest = new RunningDigest(handle);
    const write = async (block: number): Promise<void> => {
      await handle.write(randomBytes(MiB), 0, MiB, block * MiB);
      digest.wrote(block * MiB, MiB);
    };
    for (let block = 0; block < 70; block += 1) await write(block);
    // The first ones are complete.
    await digest.idle();
    await write(0);
    await write(3);
    expect(digestBlocks(await digest.finish(never), 70 * MiB)).toBe(await hashDisk(path));
  });
});

test('an earlier error is thrown at the end', async () => {
  await withFile(async (_, handle) => {
    const broken = Object.assign(Object.create(handle) as FileHandle, {
      datasync: () => Promise.reject(new Error('input/output error')),
    });
    const digest = new RunningDigest(broken);
    digest.wrote(0, 64 * MiB);
    await digest.idle();
    await expect(digest.finish(never)).rejects.toThrow('input/output error');
  });
});

test('an abort ends it with its reason', async () => {
  await withFile(async (_, handle) => {
    const digest = new RunningDigest(handle);
    digest.wrote(0, MiB);
    await expect(digest.finish(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});

test('blocks are hashed while the device is busy', async () => {
  await withFile(async (path, handle) => {
    const device = Promise.withResolvers<void>();
    let hashed = 0;
    const slow = Object.assign(Object.create(handle) as FileHandle, {
      read: (...parameters: Parameters<FileHandle['read']>) => {
        hashed += 1;
        return handle.read(...parameters);
      },
      datasync: () => device.promise,
    });
    const digest = new RunningDigest(slow);
    for (let block = 0; block < 100; block += 1) {
      await handle.write(randomBytes(MiB), 0, MiB, block * MiB);
      digest.wrote(block * MiB, MiB);
    }
    await vi.waitFor(() => expect(hashed).toBeGreaterThanOrEqual(84), { timeout: 20_000 });
    device.resolve();
    expect(digestBlocks(await digest.finish(never), 100 * MiB)).toBe(await hashDisk(path));
  });
});
