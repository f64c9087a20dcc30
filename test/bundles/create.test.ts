import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBundle } from '../../src/core.ts';
import { makeBzimage } from '../image/make-kernel.ts';
import {
  type BundleSite,
  makeRootfs,
  manifest,
  manifestBytes,
  startBundleSite,
} from './bundle-site.ts';

let site: BundleSite;
beforeEach(async () => {
  site = await startBundleSite();
});
afterEach(() => site.close());

async function folderOf(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const folder = join(site.folder, name);
  await mkdir(folder);
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(folder, file), bytes);
  return folder;
}

const image = { 'rootfs.ext4': makeRootfs(), 'manifest.json': manifestBytes };

test('the same files give the same bytes, for any times and modes', async () => {
  const first = await createBundle(await folderOf('a', image), join(site.folder, 'a.tar.zst'));
  const files = Object.fromEntries(Object.entries(image).reverse());
  const again = await folderOf('b', files);
  await utimes(join(again, 'rootfs.ext4'), 1, 1);
  const second = await createBundle(again, join(site.folder, 'b.tar.zst'));
  const bytes = await readFile(first.path);
  expect(await readFile(second.path)).toEqual(bytes);
  expect(first).toEqual({
    ...{ path: join(site.folder, 'a.tar.zst'), kind: 'image', members: [] },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  });
  expect(second.sha256).toBe(first.sha256);
});

test('a written bundle is read back, with its kernel', async () => {
  const kernel = makeBzimage();
  const files = { ...image, kernel, initrd: Buffer.from('an initrd') };
  const made = await createBundle(await folderOf('a', files), join(site.folder, 'a.tar.zst'));
  expect(made.members).toEqual(['kernel', 'initrd']);
  const entry = await site.publish(await readFile(made.path), { members: made.members });
  expect(entry).toMatchObject({ tarball_sha256: made.sha256, size_bytes: made.sizeBytes });
  const ensured = await site.bundle('bundle:web', { boot: true });
  expect(ensured.manifest).toEqual(manifest);
  expect(await readFile(ensured.path)).toEqual(image['rootfs.ext4']);
  expect(await readFile(ensured.boot?.kernel.path ?? '')).toEqual(kernel);
});

test('a kernel alone is a bundle of its kind', async () => {
  const folder = await folderOf('a', { kernel: makeBzimage(), initrd: Buffer.from('an initrd') });
  const made = await createBundle(folder, join(site.folder, 'a.tar.zst'));
  expect(made).toMatchObject({ kind: 'kernel', members: ['initrd'] });
});

describe('a folder is refused', () => {
  test.each([
    ['with another file', { ...image, 'notes.txt': manifestBytes }, 'notes.txt'],
    ['without a manifest', { 'rootfs.ext4': makeRootfs() }, 'no manifest.json'],
    ['without a root file system', { 'manifest.json': manifestBytes }, 'no rootfs.ext4'],
    ['with only an initrd', { ...image, initrd: manifestBytes }, 'an initrd without a kernel'],
    ['with an empty kernel', { ...image, kernel: Buffer.alloc(0) }, 'is empty'],
    ['with another file system', { ...image, 'rootfs.ext4': Buffer.alloc(4096) }, 'not an ext4'],
    [
      'with a manifest that is not JSON',
      { ...image, 'manifest.json': Buffer.from('{') },
      'not JSON',
    ],
  ])('%s', async (_, files, message) => {
    const folder = await folderOf('a', files);
    await expect(createBundle(folder, join(site.folder, 'a.tar.zst'))).rejects.toMatchObject({
      ...{ code: 'ERR_INVALID_REQUEST', message: expect.stringContaining(message) },
    });
    expect(await readdir(site.folder)).toEqual(['a']);
  });

  test('with a link', async () => {
    const folder = await folderOf('a', { 'manifest.json': manifestBytes });
    await writeFile(join(site.folder, 'elsewhere'), makeRootfs());
    await symlink('../elsewhere', join(folder, 'rootfs.ext4'));
    await expect(createBundle(folder, join(site.folder, 'a.tar.zst'))).rejects.toMatchObject({
      ...{ code: 'ERR_INVALID_REQUEST', message: expect.stringContaining('regular file') },
    });
  });
});

test('an existing file is replaced only with force', async () => {
  const folder = await folderOf('a', image);
  const out = join(site.folder, 'a.tar.zst');
  await writeFile(out, 'mine');
  await expect(createBundle(folder, out)).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  expect(await readFile(out, 'utf8')).toBe('mine');
  await createBundle(folder, out, { force: true });
  expect((await readFile(out)).length).toBeGreaterThan(4);
  await rm(out);
  const signal = AbortSignal.abort(new Error('no longer wanted'));
  await expect(createBundle(folder, out, { signal })).rejects.toThrow('no longer wanted');
  expect(await readdir(site.folder)).toEqual(['a']);
});
