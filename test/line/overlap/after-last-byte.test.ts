import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Line, sha256, sha256File, startLine } from '../../fixtures/line.ts';

const disk = randomBytes(4 * 1024 * 1024);
const packed = gzipSync(disk, { level: 1 });
let line: Line;
beforeEach(async () => {
  line = await startLine();
  const layers = ['gz', 'raw'];
  const build = { release: '1', snapshot: '1', file: 'acme.raw.gz', layers };
  line.offer({ ...build, digest: sha256(packed) }, packed);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await line.close();
});

const aRecord: unknown = expect.stringMatching(/beside\.json$/);

/** The common prototype of all file handles. */
async function fileHandles(): Promise<FileHandle> {
  const handle = await open(new URL(import.meta.url));
  await handle.close();
  return Object.getPrototypeOf(handle);
}

test('the record is written while the disk is synced', async () => {
  const handles = await fileHandles();
  const events: string[] = [];
  const sync = handles.sync;
  vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    const { size } = await this.stat();
    if (size !== disk.length) return await sync.call(this);
    // The device is not done before the record is beside the disk.
    const staging = join(line.cacheDir, 'images-v1/.staging');
    const files = (): Promise<string[]> => readdir(staging, { recursive: true });
    await vi.waitFor(async () => expect(await files()).toContainEqual(aRecord), {
      timeout: 20_000,
    });
    events.push('synced');
    // And the disk has no name before its bytes are on the device.
    expect(await line.visible()).toEqual([]);
    return await sync.call(this);
  });
  const { path } = await line.ensure();
  expect(events).toEqual(['synced']);
  expect(await sha256File(path)).toBe(sha256(disk));
});

test('a new download is not truncated first', async () => {
  const cuts = vi.spyOn(await fileHandles(), 'truncate');
  await line.ensure();
  expect(cuts.mock.calls.filter(([length]) => length === 0)).toEqual([]);
});

test('a disk that cannot be synced gets no name, and the call fails', async () => {
  const handles = await fileHandles();
  const sync = handles.sync;
  vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    const { size } = await this.stat();
    const failure = { code: 'EIO', errno: -5, syscall: 'fsync' };
    if (size === disk.length) throw Object.assign(new Error('input/output error'), failure);
    return await sync.call(this);
  });
  await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_CACHE_IO' });
  expect(await line.visible()).toEqual([]);
  vi.restoreAllMocks();
  expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
});
