import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDisk } from '../../src/index.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { hasProgram } from '../seed/read-back.ts';

const MiB = 1024 * 1024;
const programs = ['mke2fs', 'sfdisk', 'mkfs.vfat', 'mcopy'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-open-disk-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file system of 8 MiB with these files; a text that begins with `->` is a link. */
function makeExt(name: string, files: Record<string, string>, options: string[] = []): Buffer {
  const tree = join(folder, `${name}.tree`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), join(tree, path));
    else if (path.endsWith('/')) mkdirSync(join(tree, path), { recursive: true });
    else writeFileSync(join(tree, path), text);
  }
  const image = join(folder, `${name}.ext4`);
  writeFileSync(image, '');
  truncateSync(image, 8 * MiB);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, ...options, image]);
  return readFileSync(image);
}

function makeFat(): Buffer {
  const image = join(folder, 'esp.fat');
  writeFileSync(image, '');
  truncateSync(image, 4 * MiB);
  execFileSync('mkfs.vfat', ['-i', 'ABCD1234', image]);
  writeFileSync(join(folder, 'loader.efi'), 'loader');
  execFileSync('mcopy', ['-i', image, join(folder, 'loader.efi'), '::/loader.efi']);
  return readFileSync(image);
}

/** A disk with a partition for each of these, in the order of their numbers. */
function makeDisk(name: string, parts: { bytes: Buffer; line: string }[]): string {
  const path = join(folder, `${name}.raw`);
  writeFileSync(path, '');
  truncateSync(path, 40 * MiB);
  const lines = parts.map(({ line }, index) => `start=${1 + index * 9}MiB, size=8MiB, ${line}`);
  execFileSync('sfdisk', ['--quiet', path], { input: ['label: gpt', ...lines].join('\n') });
  const file = openSync(path, 'r+');
  for (const [index, { bytes }] of parts.entries()) {
    writeSync(file, bytes, 0, bytes.length, (1 + index * 9) * MiB);
  }
  closeSync(file);
  return path;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const linux = 'type=0FC63DAF-8483-4772-8E79-3D69D8477DE4';
const system = {
  'usr/lib/os-release': 'ID=acme\nVERSION_ID="7"\nPRETTY_NAME="Acme 7"\n',
  'etc/os-release': '->../usr/lib/os-release',
};

describe.skipIf(!programs.every(hasProgram))('a disk with partitions', () => {
  test('reads the root, the mounts of its fstab, and files across them', async () => {
    const fstab = [
      '# a comment',
      'UUID=11111111-2222-3333-4444-555555555555 /boot ext4 defaults 0 2',
      'UUID=abcd-1234 /boot/efi vfat umask=0077 0 1',
      'tmpfs /tmp tmpfs',
      'LABEL=gone /srv ext4 nofail',
    ].join('\n');
    const files = { ...system, 'etc/fstab': fstab, 'boot/': '', vmlinuz: '->/boot/vmlinuz-1' };
    const uuid = '11111111-2222-3333-4444-555555555555';
    const path = makeDisk('whole', [
      { bytes: makeFat(), line: 'type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B' },
      { bytes: makeExt('boot', { 'vmlinuz-1': 'kernel' }, ['-U', uuid]), line: linux },
      { bytes: makeExt('root', files, ['-L', 'slash']), line: linux },
    ]);
    await using disk = await openDisk(path);
    expect(disk).toMatchObject({
      scheme: 'gpt',
      sizeBytes: 40 * MiB,
      volumes: [
        { name: 'p1', number: 1, offset: MiB, fileSystem: { id: 'fat12', uuid: 'ABCD-1234' } },
        { name: 'p2', fileSystem: { id: 'ext4', uuid } },
        { name: 'p3', fileSystem: { id: 'ext4', label: 'slash' } },
      ],
      roots: [{ volume: 'p3', system: { id: 'acme', version: '7', name: 'Acme 7' } }],
    });
    const tree = await disk.files();
    expect(tree.mounts).toEqual([
      { path: '/boot', volume: 'p2' },
      { path: '/boot/efi', volume: 'p1' },
    ]);
    expect(text(await tree.read('/vmlinuz'))).toBe('kernel');
    expect(text(await tree.read('/boot/efi/loader.efi'))).toBe('loader');
    const [boot, root] = [await disk.files('p2'), await disk.files('p3')];
    expect(text(await boot.read('/vmlinuz-1'))).toBe('kernel');
    await expect(root.read('/vmlinuz')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(disk.files('p9')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(disk.files('p2@home')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test('refuses an fstab of many lines, but reads its volume', async () => {
    const lines = Array.from({ length: 1001 }, (_, index) => `LABEL=slash /m${index} ext4`);
    const files = { ...system, 'etc/fstab': lines.join('\n'), kernel: 'kernel' };
    const path = makeDisk('many', [
      { bytes: makeExt('many', files, ['-L', 'slash']), line: linux },
    ]);
    await using disk = await openDisk(path);
    await expect(disk.files()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(text(await (await disk.files('p1')).read('/kernel'))).toBe('kernel');
  });

  test('with two systems: a path alone is ambiguous, a path with a volume is read', async () => {
    const bytes = makeExt('twice', system);
    await using disk = await openDisk(
      makeDisk('two', [
        { bytes, line: linux },
        { bytes, line: linux },
      ]),
    );
    expect(disk.roots.map(({ volume }) => volume)).toEqual(['p1', 'p2']);
    await expect(disk.files()).rejects.toMatchObject({ details: { reason: 'ambiguous-content' } });
    expect((await (await disk.files('p2')).stat('/etc/os-release')).kind).toBe('file');
  });

  test('refuses an encrypted root with its reason, but reads /boot beside it', async () => {
    const luks = Buffer.alloc(8 * MiB);
    luks.write('LUKS\xba\xbe\0\x02', 0, 'latin1');
    await using disk = await openDisk(
      makeDisk('luks', [
        { bytes: makeExt('plain', { 'vmlinuz-1': 'kernel' }), line: linux },
        { bytes: luks, line: linux },
      ]),
    );
    expect(disk.volumes[1]?.refusal?.reason).toBe('encrypted');
    await expect(disk.files()).rejects.toMatchObject({ details: { reason: 'encrypted' } });
    expect(text(await (await disk.files('p1')).read('/vmlinuz-1'))).toBe('kernel');
  });

  test('a file system without a table is the volume disk', async () => {
    const path = join(folder, 'bare.raw');
    writeFileSync(path, makeExt('bare', system));
    await using disk = await openDisk(path);
    expect(disk.scheme).toBeUndefined();
    expect(disk.roots).toMatchObject([{ volume: 'disk' }]);
    expect(text(await (await disk.files('disk')).read('/etc/os-release'))).toMatch(/ID=acme/);
  });
});

test('nothing is read after it was closed', async () => {
  const path = join(folder, 'empty.raw');
  writeFileSync(path, Buffer.alloc(MiB));
  const disk = await openDisk(path);
  expect(disk).toMatchObject({ volumes: [{ name: 'disk' }], roots: [] });
  await expect(disk.files()).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  await disk.close();
});

test('another format is refused, with what to do', async () => {
  const path = join(folder, 'disk.qcow2');
  const image = buildQcow2Image({ virtualSize: MiB, extents: [] });
  writeFileSync(path, image.bytes);
  await expect(openDisk(path)).rejects.toMatchObject({
    code: 'ERR_UNSUPPORTED_FORMAT',
    details: { detected: 'qcow2' },
    hint: expect.stringContaining('rootdisk convert'),
  });
});

test('a file that does not exist is refused', async () => {
  await expect(openDisk(join(folder, 'none'))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});
