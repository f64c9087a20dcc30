import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/core.ts';
import type { AcmeBuild } from '../fixtures/acme.ts';
import { damage } from '../fixtures/damage.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';
import { makeBzimage, makeImage, makeZboot } from '../image/make-kernel.ts';

const disk = makeDisk();
const kernel = makeBzimage();
const initrd = gzipSync(Buffer.from('070701 a small cpio'));

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

function offer(files: Record<string, Uint8Array>, more: Partial<AcmeBuild> = {}): void {
  const digestOf = (name: string): [string, string] => [name, sha256(files[name] ?? Buffer.of())];
  const build: AcmeBuild = {
    ...{ release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] },
    digest: sha256(disk),
    boot: {
      kernel: digestOf('vmlinuz'),
      ...(files['initrd'] === undefined ? {} : { initrd: digestOf('initrd') }),
      cmdline: 'root=LABEL=acme ro',
    },
    ...more,
  };
  line.offer(build, disk);
  for (const [name, bytes] of Object.entries(files)) {
    line.upstream.route(`images.acme.example/${name}`, bytes);
  }
}

test('kernel, initrd and command line come with the disk, each verified and cached', async () => {
  offer({ vmlinuz: kernel, initrd });
  const image = await line.ensure('acme:1', { boot: true });
  expect(image.boot?.kernel).toMatchObject({
    kind: 'bzimage',
    arch: 'amd64',
    level: 'checksum',
    sizeBytes: kernel.length,
  });
  expect(image.boot?.cmdline).toBe('root=LABEL=acme ro');
  expect(await readFile(image.boot?.kernel.path ?? '')).toEqual(kernel);
  expect(await readFile(image.boot?.initrd?.path ?? '')).toEqual(initrd);
  expect(await line.visible()).toEqual([
    'acme_1_default_amd64_20260101.initrd',
    'acme_1_default_amd64_20260101.kernel',
    'acme_1_default_amd64_20260101.raw',
  ]);
  line.asked();
  const again = await line.ensure('acme:1', { boot: true });
  expect(again).toMatchObject({ origin: 'cache', boot: image.boot });
  expect(line.asked()).toEqual(['index.json']);
  const offline = await line.ensure('acme:1', { boot: true, offline: true });
  expect(offline.boot).toEqual(image.boot);
});

describe.each(['vmlinuz', 'initrd'])('a cached %s whose bytes were changed', (name) => {
  const suffix = name === 'vmlinuz' ? 'kernel' : name;
  const damaged = async (): Promise<string> => {
    offer({ vmlinuz: kernel, initrd });
    const { boot } = await line.ensure('acme:1', { boot: true });
    const path = (name === 'vmlinuz' ? boot?.kernel : boot?.initrd)?.path ?? '';
    await line.releaseAll();
    await damage(path, 20);
    line.asked();
    return path;
  };

  test('is found by verify and downloaded again for a pinned build', async () => {
    const path = await damaged();
    const said: string[] = [];
    const log: Log = ({ message }) => said.push(message);
    const call = { boot: true, verify: true, log };
    await line.ensure('acme:1@20260101', call);
    expect(line.asked().sort()).toEqual(['index.json', name]);
    expect(await readFile(path)).toEqual(name === 'vmlinuz' ? kernel : initrd);
    const what = `acme_1_default_amd64_20260101.${suffix} is damaged in the cache and is not used`;
    expect(said).toContain(what);
    said.length = 0;
    await line.ensure('acme:1@20260101', call);
    expect(line.asked()).toEqual([]);
    expect(said).not.toContain(what);
  });

  test('is found by verify offline, and is not returned', async () => {
    await damaged();
    const call = { boot: true, verify: true, offline: true };
    await expect(line.ensure('acme:1', call)).rejects.toMatchObject({ code: 'ERR_OFFLINE_MISS' });
    expect(line.asked()).toEqual([]);
  });
});

test('a disk that was cached alone gets its kernel later, without a new download of the disk', async () => {
  offer({ vmlinuz: kernel });
  await line.ensure();
  expect((await line.ensure()).boot).toBeUndefined();
  await expect(line.ensure('acme:1', { boot: true, offline: true })).rejects.toMatchObject({
    code: 'ERR_OFFLINE_MISS',
  });
  line.asked();
  const image = await line.ensure('acme:1', { boot: true });
  expect(image.origin).toBe('cache');
  expect(image.boot?.initrd).toBeUndefined();
  expect(line.asked().sort()).toEqual(['index.json', 'vmlinuz']);
});

test('a cached kernel with less trust than the call requires does not count', async () => {
  offer({ vmlinuz: kernel });
  await line.ensure('acme:1', { boot: true });
  const pinned = { offline: true, trust: 'pinned', digest: sha256(disk) } as const;
  expect((await line.ensure('acme:1', pinned)).origin).toBe('cache');
  await expect(line.ensure('acme:1', { ...pinned, boot: true })).rejects.toMatchObject({
    code: 'ERR_OFFLINE_MISS',
    details: { field: 'boot' },
  });
});

describe('no file of a disk is left', () => {
  test.each([
    ['the kernel has another digest', 'ERR_DIGEST', kernel.subarray(1), kernel],
    ['the kernel is for another machine', 'ERR_UNSAFE_IMAGE', makeImage(), makeImage()],
    ['the kernel is empty', 'ERR_DECODE', Buffer.of(), Buffer.of()],
  ])('if %s', async (_, code, served, promised) => {
    offer({ vmlinuz: promised });
    line.upstream.route('images.acme.example/vmlinuz', served);
    await expect(line.ensure('acme:1', { boot: true })).rejects.toMatchObject({ code });
    expect(await line.visible()).toEqual([]);
  });
});

test('a compressed kernel is unpacked if it must be raw; both forms are cached side by side', async () => {
  const image = makeImage();
  const packed = makeZboot(image, 'zstd');
  offer({ vmlinuz: packed });
  const options = { arch: 'arm64', boot: true } as const;
  const published = await line.ensure('acme:1', options);
  expect(published.boot?.kernel).toMatchObject({ kind: 'efi-zboot', arch: 'arm64' });
  const raw = await line.ensure('acme:1', { ...options, kernelFormat: 'raw' });
  expect(raw.boot?.kernel).toMatchObject({ kind: 'image', arch: 'arm64', sizeBytes: image.length });
  expect(await readFile(raw.boot?.kernel.path ?? '')).toEqual(image);
  expect(await readFile(published.boot?.kernel.path ?? '')).toEqual(packed);
});

test('the boot files of a leased disk are leased with it', async () => {
  offer({ vmlinuz: kernel });
  const image = await line.ensure('acme:1', { boot: true });
  const { removeEntry } = await import('../../src/cache/entries/remove.ts');
  const { openCache } = await import('../../src/cache/cache-folder.ts');
  const cache = await openCache(line.cacheDir, { log: () => {} });
  const name = 'acme_1_default_amd64_20260101.kernel';
  await expect(removeEntry(cache, name)).rejects.toMatchObject({ code: 'ERR_CACHE_LOCKED' });
  await image.dispose();
  expect((await removeEntry(cache, name)).removed).toBe(true);
});
