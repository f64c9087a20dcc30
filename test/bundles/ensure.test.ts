import { readFile, rm, stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../fixtures/line.ts';
import { makeBzimage } from '../image/make-kernel.ts';
import {
  at,
  type BundleSite,
  makeRootfs,
  manifest,
  manifestBytes,
  pack,
  startBundleSite,
} from './bundle-site.ts';

const rootfs = makeRootfs();
const kernel = makeBzimage();
const initrd = Buffer.from('070701 a small cpio');
const plain = pack([
  ['manifest.json', manifestBytes],
  ['rootfs.ext4', rootfs],
]);
const whole = pack([
  ['rootfs.ext4', rootfs],
  ['kernel', kernel],
  ['initrd', initrd],
  ['manifest.json', manifestBytes],
]);

let site: BundleSite;
beforeEach(async () => {
  site = await startBundleSite();
});
afterEach(() => site.close());

test('a bundle becomes a sparse disk, and every field of its manifest is in the result', async () => {
  const entry = await site.publish(plain);
  const image = await site.bundle();
  const snapshot = String(Object(entry).tarball_sha256).slice(0, 12);
  expect(image).toMatchObject({
    ...{ vendor: 'bundle', release: 'web', version: '1.2', variant: 'default', snapshot },
    ...{ format: 'raw', origin: 'network', url: Object(entry).tarball_url, manifest },
    trust: { level: 'checksum', pinned: false },
  });
  expect(await readFile(image.path)).toEqual(rootfs);
  const { blocks } = await stat(image.path);
  expect(blocks * 512).toBeLessThan(rootfs.length / 2);
  expect(await site.visible()).toEqual([
    `bundle_web_default_amd64_${snapshot}.manifest`,
    `bundle_web_default_amd64_${snapshot}.raw`,
  ]);
});

test('it is fetched once, and then found offline and without the catalog', async () => {
  await site.publish(plain);
  await site.bundle();
  expect(site.asked()).toEqual(['1.tar.zst']);
  expect(await site.bundle()).toMatchObject({ origin: 'cache', manifest });
  await rm(site.catalog);
  expect(await site.ensure('bundle:web', { offline: true })).toMatchObject({
    ...{ origin: 'cache', manifest },
  });
  expect(site.asked()).toEqual([]);
});

test('it is fetched again if its manifest is missing or changed', async () => {
  await site.publish(plain);
  const image = await site.bundle();
  await rm(image.path.replace(/raw$/, 'manifest'));
  await expect(site.bundle('bundle:web', { offline: true })).rejects.toMatchObject({
    code: 'ERR_OFFLINE_MISS',
  });
  expect(await site.bundle()).toMatchObject({ origin: 'network', manifest });
});

test('other bytes under the same name are another snapshot', async () => {
  await site.publish(plain);
  const first = await site.bundle();
  const other = makeRootfs(2);
  const changed = pack([
    ['rootfs.ext4', other],
    ['manifest.json', manifestBytes],
  ]);
  await site.publish(changed);
  const second = await site.bundle();
  expect(second.snapshot).not.toBe(first.snapshot);
  expect(await readFile(second.path)).toEqual(other);
  await expect(
    site.bundle(`bundle:web@${first.snapshot}`, { refresh: true }),
  ).rejects.toMatchObject({
    code: 'ERR_NOT_FOUND',
    details: { field: 'snapshot', known: [second.snapshot] },
  });
});

describe('the kernel', () => {
  test('comes from the same download if the bundle holds it', async () => {
    const cmdline = 'root=/dev/vda rw';
    await site.publish(whole, { members: ['kernel', 'initrd'], cmdline });
    const image = await site.bundle('bundle:web', { boot: true });
    expect(site.asked()).toEqual(['1.tar.zst']);
    expect(image.origin).toBe('network');
    expect(image.boot).toMatchObject({ cmdline, kernel: { kind: 'bzimage', arch: 'amd64' } });
    expect(await readFile(image.boot?.kernel.path ?? '')).toEqual(kernel);
    expect(await readFile(image.boot?.initrd?.path ?? '')).toEqual(initrd);
    const formats = (await site.visible()).map((name) => name.split('.').at(-1));
    expect(formats).toEqual(['initrd', 'kernel', 'manifest', 'raw']);
    const again = await site.bundle('bundle:web', { boot: true, offline: true });
    expect(again).toMatchObject({ origin: 'cache', boot: image.boot, manifest });
  });

  test('is available to a later call that asks for it', async () => {
    await site.publish(whole, { members: ['kernel', 'initrd'] });
    await site.bundle();
    const image = await site.bundle('bundle:web', { boot: true });
    expect(await readFile(image.boot?.initrd?.path ?? '')).toEqual(initrd);
    expect(site.asked()).toEqual(['1.tar.zst']);
  });

  test('is a kernel of the same catalog that the entry names', async () => {
    const bundled = pack([
      ['kernel', kernel],
      ['initrd', initrd],
    ]);
    const named = { name: 'generic', kind: 'kernel', members: ['initrd'], cmdline: 'quiet' };
    const generic = await site.publish(bundled, named);
    await site.publish(plain, { kernel_ref: 'generic' }, [generic]);
    const image = await site.bundle('bundle:web', { boot: true });
    expect(site.asked().sort()).toEqual(['1.tar.zst', '2.tar.zst']);
    expect(image).toMatchObject({ manifest, boot: { cmdline: 'quiet' } });
    expect(await readFile(image.boot?.kernel.path ?? '')).toEqual(kernel);
    expect(await readFile(image.boot?.initrd?.path ?? '')).toEqual(initrd);
  });

  test("is another vendor's if the entry gives its reference", async () => {
    await site.publish(plain, { kernel_ref: 'acme:1', cmdline: 'root=/dev/vda' });
    site.upstream.route('images.acme.example/vmlinuz', kernel);
    site.offer(
      {
        ...{ release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] },
        digest: sha256(rootfs),
        boot: { kernel: ['vmlinuz', sha256(kernel)] },
      },
      rootfs,
    );
    const image = await site.bundle('bundle:web', { boot: true });
    expect(site.asked().sort()).toEqual(['1.tar.zst', 'index.json', 'vmlinuz']);
    expect(image.boot).toMatchObject({ cmdline: 'root=/dev/vda' });
    expect(await readFile(image.boot?.kernel.path ?? '')).toEqual(kernel);
    expect(image.path).toMatch(/bundle_web_default_amd64_\w{12}\.raw$/);
  });

  test.each([
    ['nowhere', 'ERR_NOT_FOUND', /kernel "nowhere"/],
    ['other', 'ERR_NOT_FOUND', /kernel "other"/],
    ['absent:1', 'ERR_UNKNOWN_VENDOR', /no vendor "absent"/],
  ])('is refused if kernel_ref is %s', async (kernelRef, code, message) => {
    const other = { name: 'other', tarball_url: `${at}x`, tarball_sha256: 'a'.repeat(64) };
    await site.publish(plain, { kernel_ref: kernelRef }, [other]);
    await expect(site.bundle('bundle:web', { boot: true })).rejects.toMatchObject({
      ...{ code, message: expect.stringMatching(message) },
    });
    expect(await site.bundle()).toMatchObject({ manifest });
  });

  test('is searched on its disk if the bundle has none', async () => {
    await site.publish(plain);
    await expect(site.bundle('bundle:web', { boot: true })).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(/bundle publishes no kernel .* read from it/),
    });
  });

  test('may be unpacked', async () => {
    const gzipped = pack([
      ['manifest.json', manifestBytes],
      ['kernel', gzipSync(kernel)],
      ['rootfs.ext4', rootfs],
    ]);
    await site.publish(gzipped, { members: ['kernel'] });
    expect((await site.bundle('bundle:web', { boot: true })).boot?.kernel.kind).toBe('gzip');
    const image = await site.bundle('bundle:web', { boot: true, kernelFormat: 'raw' });
    expect(image.boot?.kernel.kind).toBe('bzimage');
    expect(await readFile(image.boot?.kernel.path ?? '')).toEqual(kernel);
    expect(image.manifest).toEqual(manifest);
  });
});
