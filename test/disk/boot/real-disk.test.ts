import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BootPart } from '../../../src/core.ts';
import { openDisk } from '../../../src/index.ts';
import { makeImage } from '../../image/make-kernel.ts';
import { hasProgram } from '../../seed/read-back.ts';
import { kernel } from './boot-disk.ts';
import { makeUki } from './make-uki.ts';

const MiB = 1024 * 1024;
const programs = ['mke2fs', 'sfdisk', 'mkfs.vfat', 'mcopy', 'mmd'];
const dataType = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-real-boot-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An EFI system partition with these files, as mtools writes them. */
function makeEsp(files: Record<string, Buffer | string>): Buffer {
  const image = join(folder, 'esp');
  writeFileSync(image, '');
  truncateSync(image, 8 * MiB);
  execFileSync('mkfs.vfat', [image]);
  const made = new Set<string>();
  for (const [path, content] of Object.entries(files)) {
    const names = path.split('/').slice(0, -1);
    for (const [index] of names.entries()) {
      const parent = names.slice(0, index + 1).join('/');
      if (!made.has(parent)) execFileSync('mmd', ['-i', image, `::/${parent}`]);
      made.add(parent);
    }
    execFileSync('mcopy', ['-i', image, '-', `::/${path}`], { input: content });
  }
  return readFileSync(image);
}

function makeRoot(files: Record<string, Buffer | string>, options: string[] = []): Buffer {
  const tree = mkdtempSync(join(folder, 'tree-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const image = join(folder, 'root');
  writeFileSync(image, '');
  truncateSync(image, 8 * MiB);
  execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', tree, ...options, image]);
  return readFileSync(image);
}

/** A GPT with these partitions of 8 MiB. */
function makeDisk(parts: readonly (readonly [type: string, bytes: Buffer])[]): string {
  const path = join(folder, 'disk.raw');
  writeFileSync(path, '');
  truncateSync(path, (2 + parts.length * 9) * MiB);
  const lines = parts.map(([type], index) => `start=${1 + index * 9}MiB, size=8MiB, type=${type}`);
  execFileSync('sfdisk', ['--quiet', path], { input: ['label: gpt', ...lines].join('\n') });
  const file = openSync(path, 'r+');
  for (const [index, [, bytes]] of parts.entries()) {
    writeSync(file, bytes, 0, bytes.length, (1 + index * 9) * MiB);
  }
  closeSync(file);
  return path;
}

async function bytesOf({ open }: BootPart): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await open()).stream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const system = { 'etc/os-release': 'ID=acme\nVERSION_ID=7\n' };

describe.skipIf(!programs.every(hasProgram))('a disk made by mke2fs and mtools', () => {
  test('a unified kernel image on FAT: names in any case, the root by its type', async () => {
    const big = Buffer.concat([kernel, Buffer.alloc(3 * MiB, 'kernel')]);
    const initrd = Buffer.alloc(2 * MiB + 77, 'initrd');
    const uki = makeUki([
      ['.osrel', 'ID=acme\n'],
      ['.cmdline', 'rw quiet'],
      ['.initrd', initrd],
      ['.linux', big],
    ]);
    const esp = makeEsp({ 'efi/linux/ACME-6.17.EFI': uki, 'loader/loader.conf': 'timeout 1\n' });
    const other = makeRoot({ 'etc/os-release': 'ID=other\n' });
    const path = makeDisk([
      ['C12A7328-F81F-11D2-BA4B-00A0C93EC93B', esp],
      [dataType, other],
      ['4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709', makeRoot(system)],
    ]);
    await using disk = await openDisk(path);
    const { entry, system: found, warnings } = await disk.boot();
    expect([found?.id, entry.cmdline, warnings]).toEqual(['acme', 'rw quiet', []]);
    expect(entry.kernel.kind).toBe('bzimage/amd64');
    expect(Buffer.compare(await bytesOf(entry.kernel), big)).toBe(0);
    expect(await Promise.all(entry.initrd.map(bytesOf))).toHaveLength(1);
    expect(Buffer.compare(await bytesOf(entry.initrd[0] ?? entry.kernel), initrd)).toBe(0);
    // Of two roots, paths refer to the one that is started.
    const release = await (await disk.files()).read('/etc/os-release');
    expect(Buffer.from(release).toString()).toContain('ID=acme');
    await expect(disk.boot({ kernel: '5' })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  test('extlinux on a separate /boot, with a kernel for arm64', async () => {
    const config =
      'label a\n linux ../Image-6.12\n initrd /initrd.img\n append root=LABEL=top ro\n';
    const files = {
      'extlinux/extlinux.conf': config,
      'Image-6.12': makeImage(),
      'initrd.img': 'i',
    };
    const path = makeDisk([
      ['BC13C2FF-59E6-4262-A352-B275FD6F7172', makeRoot(files)],
      [dataType, makeRoot(system, ['-L', 'top'])],
    ]);
    await using disk = await openDisk(path);
    const { entry, system: found, menu } = await disk.boot({ kernel: '6.12' });
    expect(entry).toMatchObject({
      loader: 'extlinux',
      version: '6.12',
      kernel: { file: 'p1:/Image-6.12', kind: 'image/arm64' },
      initrd: [{ file: 'p1:/initrd.img', sizeBytes: 1 }],
    });
    expect([found?.id, menu.length]).toEqual(['acme', 1]);
  });
});
