import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsuredImage } from '../../../src/core.ts';
import type { AcmeBuild } from '../../fixtures/acme.ts';
import { damage } from '../../fixtures/damage.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { makeSystemDisk, systemFiles, type Tree } from '../../fixtures/system-disk.ts';
import { makeBzimage, makeImage } from '../../image/make-kernel.ts';
import { hasProgram } from '../../seed/read-back.ts';

const kernel = makeBzimage();
const initrds = [gzipSync(Buffer.from('070701 microcode')), gzipSync(Buffer.from('070701 a cpio'))];
const menu = `DEFAULT acme
LABEL acme
  LINUX /boot/vmlinuz-6.1
  INITRD /boot/ucode.img,/boot/initrd-6.1
  APPEND root=LABEL=acme   ro quiet
`;
const bootable: Tree = {
  ...systemFiles('ID=acme\nVERSION_ID=7\n'),
  'boot/vmlinuz-6.1': kernel,
  'boot/ucode.img': initrds[0] ?? '',
  'boot/initrd-6.1': initrds[1] ?? '',
  'boot/extlinux/extlinux.conf': menu,
};
/** The second begins at a multiple of four. */
const joined = Buffer.concat([
  initrds[0] ?? Buffer.of(),
  Buffer.alloc((4 - ((initrds[0]?.length ?? 0) % 4)) % 4),
  initrds[1] ?? Buffer.of(),
]);

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

function offer(disk: Uint8Array, more: Partial<AcmeBuild> = {}): void {
  const build = { release: '7', snapshot: '1', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk), osIds: ['acme'], ...more }, disk);
}

const bytesOf = ({ boot }: EnsuredImage): Buffer[] => {
  return [boot?.kernel.path ?? '', boot?.initrd?.path ?? ''].map((path) => readFileSync(path));
};

describe.skipIf(!hasProgram('mke2fs'))('a disk whose vendor publishes no kernel', () => {
  const disk = hasProgram('mke2fs') ? makeSystemDisk(bootable) : Buffer.of();

  test('is booted with its own files: kernel, RAM disks in one file, command line', async () => {
    offer(disk);
    const image = await line.ensure('acme:7', { boot: true });
    expect(image.boot).toMatchObject({
      from: 'disk',
      kernel: { kind: 'bzimage', arch: 'amd64', level: 'checksum', digests: [sha256(kernel)] },
      initrd: { level: 'checksum', digests: [sha256(joined)], sizeBytes: joined.length },
      cmdline: 'root=LABEL=acme ro quiet',
    });
    expect(image.boot?.kernel.files).toEqual(['disk:/boot/vmlinuz-6.1']);
    expect(image.boot?.initrd?.files).toEqual(['disk:/boot/ucode.img', 'disk:/boot/initrd-6.1']);
    expect(bytesOf(image)).toEqual([kernel, joined]);
    const stem = 'acme_7_default_amd64_1';
    expect(await line.visible()).toEqual([`${stem}.initrd`, `${stem}.kernel`, `${stem}.raw`]);
    const record = JSON.parse(readFileSync(`${image.boot?.initrd?.path}.json`, 'utf8'));
    expect(record.facts.files.split('\n')).toEqual([
      `${sha256(initrds[0] ?? Buffer.of())} disk:/boot/ucode.img`,
      `${sha256(initrds[1] ?? Buffer.of())} disk:/boot/initrd-6.1`,
    ]);
    expect(record.facts.disk).toBe(`${stem}.raw`);
  });

  test('is found again with its kernel, without a request offline, and by its build', async () => {
    offer(disk);
    const { boot } = await line.ensure('acme:7', { boot: true });
    line.asked();
    expect(await line.ensure('acme:7', { boot: true })).toMatchObject({ origin: 'cache', boot });
    expect(line.asked()).toEqual(['index.json']);
    for (const options of [
      { boot: true, offline: true },
      { boot: 'disk', offline: true },
    ] as const)
      expect((await line.ensure('acme:7', options)).boot).toEqual(boot);
    expect(line.asked()).toEqual([]);
    expect((await line.ensure('acme:7@1', { boot: true })).boot).toEqual(boot);
    line.asked();
    expect((await line.ensure('acme:7@1', { boot: true })).boot).toEqual(boot);
    expect(line.asked()).toEqual([]);
  });

  test('gets its kernel later, and again after it was removed, without a new download of the disk', async () => {
    offer(disk);
    await line.ensure('acme:7');
    line.asked();
    const image = await line.ensure('acme:7', { boot: true });
    expect([image.origin, image.boot?.from]).toEqual(['cache', 'disk']);
    const { removeFromCache } = await import('../../../src/index.ts');
    await line.releaseAll();
    const { cacheDir } = line;
    await removeFromCache(basename(image.boot?.kernel.path ?? ''), { cacheDir });
    const again = await line.ensure('acme:7', { boot: true, offline: true });
    expect(bytesOf(again)).toEqual([kernel, joined]);
    expect(line.asked()).toEqual(['index.json']);
  });

  test('in another format is made from the raw one, which the kernel is read from', async () => {
    offer(disk);
    const image = await line.ensure('acme:7', { boot: true, format: 'vhdx' });
    expect(image).toMatchObject({ format: 'vhdx', boot: { from: 'disk' } });
    expect(line.asked().filter((name) => name === 'acme.raw')).toHaveLength(1);
    expect(bytesOf(image)).toEqual([kernel, joined]);
    const again = await line.ensure('acme:7', { boot: true, format: 'vhdx', offline: true });
    expect(again.boot).toEqual(image.boot);
  });

  test('that was changed upstream gets the kernel of the new one', async () => {
    offer(disk);
    await line.ensure('acme:7', { boot: true });
    const other = makeSystemDisk({
      ...bootable,
      'boot/vmlinuz-6.1': Buffer.concat([kernel, kernel]),
    });
    offer(other);
    const image = await line.ensure('acme:7', { boot: true });
    expect(bytesOf(image)).toEqual([Buffer.concat([kernel, kernel]), joined]);
  });

  test('verify finds a damaged kernel, and it is read from the disk again', async () => {
    offer(disk);
    const image = await line.ensure('acme:7', { boot: true });
    await line.releaseAll();
    await damage(image.boot?.kernel.path ?? '', 20);
    const { verifyCache } = await import('../../../src/index.ts');
    const states: Record<string, string> = {};
    for await (const one of verifyCache({ cacheDir: line.cacheDir, repair: true })) {
      states[one.name] = `${one.state} ${one.origin?.state ?? ''}`;
      if (one.name.endsWith('.kernel')) expect(one.reason).toMatch(/the disk acme_7/);
    }
    expect(states).toMatchObject({
      'acme_7_default_amd64_1.kernel': 'repaired recorded',
      'acme_7_default_amd64_1.initrd': 'intact recorded',
    });
    expect(bytesOf(image)).toEqual([kernel, joined]);
  });

  test.each([true, 'disk'] as const)(
    'a call with verify skips a damaged one: boot %s',
    async (boot) => {
      offer(disk);
      const image = await line.ensure('acme:7', { boot });
      await line.releaseAll();
      await damage(image.boot?.initrd?.path ?? '', 9);
      expect(bytesOf(await line.ensure('acme:7', { boot, verify: true }))).toEqual([
        kernel,
        joined,
      ]);
    },
  );

  test('two parallel calls share the files that one of them reads', async () => {
    offer(disk);
    const [left, right] = await Promise.all([
      line.ensure('acme:7', { boot: true }),
      line.ensure('acme:7', { boot: true }),
    ]);
    expect(left?.boot).toEqual(right?.boot);
  });
});

describe.skipIf(!hasProgram('mke2fs'))('files on the disk and published files', () => {
  const disk = hasProgram('mke2fs') ? makeSystemDisk(bootable) : Buffer.of();
  const published = Buffer.concat([kernel, Buffer.from('of the vendor')]);

  test('a published kernel is preferred, unless the call asks for the one on the disk', async () => {
    offer(disk, { boot: { kernel: ['vmlinuz', sha256(published)], cmdline: 'of the vendor' } });
    line.upstream.route('images.acme.example/vmlinuz', published);
    const own = await line.ensure('acme:7', { boot: 'disk' });
    expect(line.asked()).not.toContain('vmlinuz');
    expect(own.boot).toMatchObject({ from: 'disk', cmdline: 'root=LABEL=acme ro quiet' });
    const vendor = await line.ensure('acme:7', { boot: true });
    expect(vendor.boot).toMatchObject({ from: 'vendor', cmdline: 'of the vendor' });
    expect(readFileSync(vendor.boot?.kernel.path ?? '')).toEqual(published);
    expect(vendor.boot?.kernel).not.toHaveProperty('files');
    const again = await line.ensure('acme:7', { boot: 'disk', offline: true });
    expect(again.boot).toEqual(own.boot);
    expect((await line.ensure('acme:7', { boot: true, offline: true })).boot).toEqual(vendor.boot);
  });

  test('a compressed kernel is unpacked if it must be raw', async () => {
    const image = makeImage();
    const files = {
      ...bootable,
      ...systemFiles('ID=acme\n', 'arm64'),
      'boot/vmlinuz-6.1': gzipSync(image),
    };
    offer(makeSystemDisk(files));
    const options = { arch: 'arm64', boot: true } as const;
    const packed = await line.ensure('acme:7', options);
    expect(packed.boot?.kernel).toMatchObject({ kind: 'gzip', arch: 'arm64' });
    const raw = await line.ensure('acme:7', { ...options, kernelFormat: 'raw' });
    expect(raw.boot?.kernel).toMatchObject({ kind: 'image', arch: 'arm64' });
    expect(readFileSync(raw.boot?.kernel.path ?? '')).toEqual(image);
    expect(
      (await line.ensure('acme:7', { ...options, kernelFormat: 'raw', offline: true })).boot,
    ).toEqual(raw.boot);
  });

  test("the caller's own file has a kernel too", async () => {
    line.upstream.route('files.example/own.raw', disk);
    const mirrors = {
      ...line.mirrors,
      'https://files.example/': `${line.upstream.url}files.example/`,
    };
    const digest = sha256(disk);
    const image = await line.ensure('https://files.example/own.raw', {
      digest,
      mirrors,
      boot: true,
    });
    expect(image.boot).toMatchObject({ from: 'disk', kernel: { level: 'pinned' } });
  });
});

describe('a disk without a kernel', () => {
  test('is reported as having none, by its vendor and by itself', async () => {
    offer(makeDisk());
    await expect(line.ensure('acme:7', { boot: true })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringMatching(/acme publishes no kernel .* no kernel was found on it/),
      hint: expect.stringContaining('firmware'),
      details: { vendor: 'acme', field: 'boot' },
    });
    await expect(line.ensure('acme:7', { boot: 'disk' })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.not.stringContaining('publishes'),
    });
    // The disk itself is good.
    expect((await line.ensure('acme:7')).origin).toBe('cache');
  });

  test.each([
    ['UFS', Buffer.from('19540119', 'hex').reverse(), 65536 + 1372],
    ['NTFS', Buffer.from('NTFS    '), 3],
    ['LUKS', Buffer.from('4c554b53babe0002', 'hex'), 0],
  ])('in %s is refused with that name', async (name, magic, at) => {
    const disk = Buffer.alloc(1024 * 1024, 1);
    disk.fill(0, 0, 4096);
    magic.copy(disk, at);
    offer(disk);
    const allow = name === 'LUKS' ? ['encrypted' as const] : [];
    const refused = line.ensure('acme:7', { boot: true, allow });
    await expect(refused).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(new RegExp(`publishes no kernel .*${name}`)),
      hint: expect.stringContaining('firmware'),
    });
  });

  test('kept in the format of the vendor is reported as such', async () => {
    const { buildQcow2Image } = await import('../../../src/testing/qcow2-image.ts');
    const { bytes } = buildQcow2Image({ virtualSize: 1024 * 1024, extents: [] });
    const build = { release: '7', snapshot: '1', file: 'a.qcow2', layers: ['qcow2'] };
    line.offer({ ...build, digest: sha256(bytes) }, bytes);
    await expect(line.ensure('acme:7', { boot: true, format: 'source' })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'format', value: 'qcow2' },
    });
  });
});
