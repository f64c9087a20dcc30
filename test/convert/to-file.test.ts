import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { convertImage } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { makeDisk, sha256 } from '../fixtures/line.ts';

const disk = makeDisk();
const exists = { code: 'ERR_INVALID_REQUEST', hint: expect.stringContaining('--force') };

async function folderWithInput(): Promise<{ folder: string; input: string; output: string }> {
  const folder = await tempDir();
  const input = join(folder, 'disk.raw.gz');
  await writeFile(input, gzipSync(disk));
  return { folder, input, output: join(folder, 'out.raw') };
}

describe('what lies at the output', () => {
  test('a file is kept without force, and replaced with it', async () => {
    const { folder, input, output } = await folderWithInput();
    await writeFile(output, 'mine');
    await expect(convertImage(input, output)).rejects.toMatchObject(exists);
    expect(await readFile(output, 'utf8')).toBe('mine');
    expect((await readdir(folder)).sort()).toEqual(['disk.raw.gz', 'out.raw']);
    await convertImage(input, output, { force: true });
    expect(sha256(await readFile(output))).toBe(sha256(disk));
  });

  test('it is refused before the input is read', async () => {
    const { input, output } = await folderWithInput();
    await writeFile(output, 'mine');
    await writeFile(input, 'no image at all');
    await expect(convertImage(input, output)).rejects.toMatchObject(exists);
  });

  test('a link is kept, though what it names does not exist', async () => {
    const { folder, input, output } = await folderWithInput();
    await symlink(join(folder, 'nowhere'), output);
    await expect(convertImage(input, output)).rejects.toMatchObject(exists);
  });

  test('a folder is refused, with force too', async () => {
    const { input, output } = await folderWithInput();
    await mkdir(output);
    await expect(convertImage(input, output)).rejects.toMatchObject(exists);
    await expect(convertImage(input, output, { force: true })).rejects.toMatchObject({
      code: 'ERR_CACHE_IO',
    });
  });

  test('a file that appears while the disk is decoded is kept', async () => {
    const { folder, input, output } = await folderWithInput();
    let appeared: Promise<void> | undefined;
    const onProgress = (): void => {
      appeared ??= writeFile(output, 'mine');
    };
    const slow = join(folder, 'disk.raw');
    await writeFile(slow, makeDisk(16 * 1024 * 1024));
    const converting = convertImage(slow, output, { onProgress });
    await expect(converting).rejects.toMatchObject(exists);
    await appeared;
    expect(await readFile(output, 'utf8')).toBe('mine');
    expect((await readdir(folder)).sort()).toEqual(['disk.raw', 'disk.raw.gz', 'out.raw']);
    expect(input).toBeDefined();
  });

  test('of two calls with one output, one gives the disk and one is refused', async () => {
    const { folder, input, output } = await folderWithInput();
    const both = await Promise.allSettled([
      convertImage(input, output),
      convertImage(input, output),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(sha256(await readFile(output))).toBe(sha256(disk));
    expect((await readdir(folder)).sort()).toEqual(['disk.raw.gz', 'out.raw']);
  });
});
