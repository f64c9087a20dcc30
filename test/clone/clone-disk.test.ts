import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cloneDisk } from '../../src/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { mountTmpfs } from '../cache/tmpfs.ts';
import { MiB, makeSparseDisk, occupied, sparseBytes } from './sparse-disk.ts';

async function folderWithDisk(): Promise<{ folder: string; disk: string; out: string }> {
  const folder = await tempDir();
  const disk = join(folder, 'disk.raw');
  await makeSparseDisk(disk);
  return { folder, disk, out: join(folder, 'vm.raw') };
}

async function refusal(out: string, disk: string, options = {}): Promise<unknown> {
  return await cloneDisk(disk, out, options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a clone', () => {
  test('has every byte, and its holes are holes', async () => {
    const { disk, out } = await folderWithDisk();
    const made = await cloneDisk(disk, out);
    expect(made).toMatchObject({
      path: out,
      format: 'raw',
      sizeBytes: sparseBytes,
      virtualSize: sparseBytes,
      allocatedBytes: await occupied(out),
      warnings: [],
    });
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
    expect(await occupied(out)).toBeLessThanOrEqual(await occupied(disk));
  });

  test('is a new file of this process: writable, with the umask', async () => {
    const { disk, out } = await folderWithDisk();
    await chmod(disk, 0o444);
    const before = process.umask(0o027);
    try {
      await cloneDisk(disk, out);
    } finally {
      process.umask(before);
    }
    const { mode, uid } = await stat(out);
    expect(mode & 0o777).toBe(0o640);
    expect(uid).toBe(process.getuid?.());
  });

  test('grows to a size and stays sparse', async () => {
    const { disk, out } = await folderWithDisk();
    const made = await cloneDisk(disk, out, { size: 1024 * MiB });
    expect(made).toMatchObject({ sizeBytes: 1024 * MiB, virtualSize: 1024 * MiB });
    expect((await stat(out)).size).toBe(1024 * MiB);
    expect(await occupied(out)).toBeLessThanOrEqual(await occupied(disk));
    expect((await readFile(out)).subarray(0, sparseBytes).equals(await readFile(disk))).toBe(true);
  });

  test('of an empty file and of one that ends within a block is one too', async () => {
    const { folder, out } = await folderWithDisk();
    for (const text of ['', 'x'.repeat(5000)]) {
      const odd = join(folder, `odd-${text.length}`);
      await writeFile(odd, text);
      await cloneDisk(odd, out, { force: true });
      expect(await readFile(out, 'utf8')).toBe(text);
    }
  });

  test('is made of the disk that a link leads to', async () => {
    const { folder, disk, out } = await folderWithDisk();
    await symlink(disk, join(folder, 'link'));
    await cloneDisk({ path: join(folder, 'link') }, out);
    expect((await stat(out)).isFile()).toBe(true);
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
  });
});

describe('what lies at the output', () => {
  test('a file is kept without force, and replaced with it', async () => {
    const { folder, disk, out } = await folderWithDisk();
    await writeFile(out, 'mine');
    expect(await refusal(out, disk)).toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      hint: expect.stringContaining('--force'),
    });
    expect(await readFile(out, 'utf8')).toBe('mine');
    await cloneDisk(disk, out, { force: true });
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['disk.raw', 'vm.raw']);
  });

  test('a folder, a pipe and a device are refused, with force too', async () => {
    const { folder, disk } = await folderWithDisk();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [out, what] of [
      [folder, 'is a folder'],
      [pipe, 'is not a regular file'],
      ['/dev/null', 'is not a regular file'],
      [join(folder, 'missing', 'vm.raw'), 'there is no folder'],
      [join(disk, 'vm.raw'), 'there is no folder'],
    ] as const) {
      expect(await refusal(out, disk, { force: true })).toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        message: expect.stringContaining(what),
      });
    }
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('the source itself is refused, with force too', async () => {
    const { folder, disk } = await folderWithDisk();
    await symlink(disk, join(folder, 'link'));
    for (const out of [disk, join(folder, 'link')]) {
      for (const backing of [false, true]) {
        expect(await refusal(out, disk, { force: true, backing })).toMatchObject({
          code: 'ERR_INVALID_REQUEST',
          message: expect.stringContaining('the disk that is cloned'),
        });
      }
    }
    expect((await stat(disk)).size).toBe(sparseBytes);
  });

  test('of two calls with one output, one gives the disk and one is refused', async () => {
    const { folder, disk, out } = await folderWithDisk();
    const both = await Promise.allSettled([cloneDisk(disk, out), cloneDisk(disk, out)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await readdir(folder)).sort()).toEqual(['disk.raw', 'vm.raw']);
  });
});

describe('bad input', () => {
  test('a size smaller than the source is refused and nothing is left', async () => {
    const { folder, disk, out } = await folderWithDisk();
    for (const options of [{ size: MiB }, { size: MiB, backing: true }]) {
      expect(await refusal(out, disk, options)).toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        message: expect.stringContaining('never shrinks'),
      });
    }
    expect(await readdir(folder)).toEqual(['disk.raw']);
  });

  test('sizes that are none, unknown options and wrong types are refused', async () => {
    const { disk, out } = await folderWithDisk();
    const wrong: [object, string][] = [
      [{ size: 1000 }, 'multiple of 512'],
      [{ size: '1GiB' }, 'multiple of 512'],
      [{ size: -512 }, 'multiple of 512'],
      [{ fixGPT: true }, 'unknown option "fixGPT"'],
      [{ backing: 'yes' }, 'backing must be true or false'],
      [{ format: 'vmdk' }, 'format must be raw or qcow2'],
      [{ format: 'qcow2' }, 'a clone has the same format'],
      [{ format: 'raw', backing: true }, 'only a qcow2 file can have a backing file'],
      [{ fixGpt: true, backing: true }, 'no partition table of its own'],
    ];
    for (const [options, what] of wrong) {
      expect(await refusal(out, disk, options), what).toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        message: expect.stringContaining(what),
      });
    }
  });

  test('a source that is no regular file, or is not there', async () => {
    const { folder, out } = await folderWithDisk();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const source of [folder, pipe, '/dev/zero']) {
      expect(await refusal(out, source)).toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        message: `${source} is not a regular file`,
      });
    }
    expect(await refusal(out, join(folder, 'gone.raw'))).toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await refusal(out, '')).toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  });

  test('an image in another format is copied, and grows or backs nothing', async () => {
    const { folder, out } = await folderWithDisk();
    const packed = join(folder, 'disk.vmdk');
    await writeFile(packed, 'KDMV and more');
    expect(await cloneDisk(packed, out)).toMatchObject({ format: 'vmdk' });
    for (const options of [{ size: MiB }, { fixGpt: true }, { backing: true }, { format: 'raw' }]) {
      expect(await refusal(`${out}.2`, packed, options)).toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        hint: expect.stringContaining('rootdisk convert'),
      });
    }
  });

  test('an abort while data is copied leaves nothing behind', async () => {
    const { folder, disk, out } = await folderWithDisk();
    const abort = new AbortController();
    const reason = new Error('enough');
    const options = { signal: abort.signal, onProgress: () => abort.abort(reason) };
    const other = await mountTmpfs(64 * MiB);
    const place = other === undefined ? out : join(other, 'vm.raw');
    const error = await refusal(place, disk, options);
    // A file system that shares the blocks copies nothing.
    if (error !== undefined) expect(error).toBe(reason);
    if (other !== undefined) expect(await readdir(other)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

const tmpfs = process.getuid?.() === 0 && process.platform === 'linux';
test.skipIf(tmpfs)(
  'full disks and other file systems are not tried: needs root on Linux',
  () => {},
);

describe.skipIf(!tmpfs)('another file system', () => {
  test('gets a copy that is as sparse', async () => {
    const { disk } = await folderWithDisk();
    const other = await mountTmpfs(64 * MiB);
    if (other === undefined) throw new Error('no tmpfs');
    const out = join(other, 'vm.raw');
    let last: [number, number] = [0, 0];
    const onProgress = (bytes: number, total: number): void => {
      expect(bytes).toBeGreaterThan(last[0]);
      last = [bytes, total];
    };
    expect(await cloneDisk(disk, out, { onProgress })).toMatchObject({ method: 'copy' });
    expect(last).toEqual([sparseBytes, sparseBytes]);
    expect((await readFile(out)).equals(await readFile(disk))).toBe(true);
    expect(await occupied(out)).toBeLessThanOrEqual(await occupied(disk));
  });

  test('that is full gets nothing, and the error says how much was free', async () => {
    const { disk } = await folderWithDisk();
    const other = await mountTmpfs(MiB);
    if (other === undefined) throw new Error('no tmpfs');
    expect(await refusal(join(other, 'vm.raw'), disk)).toMatchObject({
      code: 'ERR_NO_SPACE',
      details: { freeBytes: expect.any(Number) },
      hint: expect.stringContaining('Free space'),
    });
    await mkdir(join(other, 'sub'));
    expect(await readdir(other)).toEqual(['sub']);
  });
});
