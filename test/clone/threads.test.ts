import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyData } from '../../src/clone/copy-data.ts';
import { threadsFromBytes } from '../../src/clone/copy-threads.ts';
import { makeClone } from '../../src/clone/make-clone.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { mountTmpfs } from '../cache/tmpfs.ts';
import { MiB, occupied } from './sparse-disk.ts';

const noReflink = (): Promise<never> => Promise.reject(new Error('refused'));

/** So much data that threads copy it, with holes between and zeros inside; ends within a block. */
async function largeDisk(path: string): Promise<void> {
  const handle = await open(path, 'w');
  const bytes = randomBytes(8 * MiB);
  bytes.fill(0, MiB, 2 * MiB);
  const count = threadsFromBytes / bytes.length + 1;
  for (let i = 0; i < count; i += 1) {
    bytes.writeUInt32LE(i, 5000);
    await handle.write(bytes, 0, bytes.length, i * 16 * MiB + 700);
  }
  await handle.close();
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

test('a large disk is copied by threads: every byte, and holes where there were zeros', async () => {
  const folder = await tempDir();
  const [disk, out] = [join(folder, 'disk.raw'), join(folder, 'vm.raw')];
  await largeDisk(disk);
  const seen: number[] = [];
  const onProgress = (bytes: number): unknown => seen.push(bytes);
  expect(await makeClone(disk, out, { onProgress }, noReflink)).toMatchObject({ method: 'copy' });
  expect(await digest(out)).toBe(await digest(disk));
  expect(await occupied(out)).toBeLessThan((await occupied(disk)) - 4 * MiB);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test('an abort ends the threads, and nothing is left', async () => {
  const folder = await tempDir();
  const disk = join(folder, 'disk.raw');
  await largeDisk(disk);
  const controller = new AbortController();
  const reason = new Error('enough');
  const cloned = makeClone(
    disk,
    join(folder, 'vm.raw'),
    { signal: controller.signal },
    async () => {
      setImmediate(() => controller.abort(reason));
      throw new Error('refused');
    },
  );
  await expect(cloned).rejects.toBe(reason);
  expect(await readdir(folder)).toEqual(['disk.raw']);
});

test('what threads cannot do is said as without them: a full disk, a source that was cut', async () => {
  const folder = await tempDir();
  const disk = join(folder, 'disk.raw');
  await largeDisk(disk);
  const small = await mountTmpfs(16 * MiB);
  if (small !== undefined) {
    const cloned = makeClone(disk, join(small, 'vm.raw'), {}, noReflink);
    await expect(cloned).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
    expect(await readdir(small)).toEqual([]);
  }
  const handle = await open(disk, 'r');
  const { size } = await handle.stat();
  const target = await open(join(folder, 'vm.raw'), 'wx+');
  const source = { handle, path: disk, sizeBytes: size + MiB };
  const copied = copyData(source, target, new AbortController().signal, () => {});
  await expect(copied).rejects.toThrow('became shorter');
  await target.close();
  await handle.close();
});
