import { describe, expect, test } from 'vitest';
import { readContent } from '../../src/disk/read-content.ts';
import { builtIns } from '../../src/index.ts';
import { bindParts } from '../../src/parts/bind.ts';
import { makeSystemDisk, releaseFiles, systemFiles } from '../fixtures/system-disk.ts';
import { SteppedSource } from '../formats/stepped-source.ts';
import { makeEfiDisk } from '../image/make-efi-disk.ts';
import { hasProgram } from '../seed/read-back.ts';

const amd64 = 0x8664;
const arm64 = 0xaa64;

const parts = bindParts(builtIns);
const context = { signal: new AbortController().signal, log: () => {} };
const read = (disk: Uint8Array) => readContent(new SteppedSource(disk, 'whole'), parts, context);

describe('the boot loader of a disk', () => {
  test.each([
    ...([12, 16, 32] as const).map((fat) => ({ fat, table: 'gpt' as const })),
    { fat: 16 as const, table: 'mbr' as const },
  ])('shows the architecture: FAT$fat, $table', async (options) => {
    const disk = makeEfiDisk({ 'BOOTAA64.EFI': arm64, 'FBAA64.EFI': amd64 }, options);
    const { content, loaders } = await read(disk);
    expect(loaders).toEqual(['arm64']);
    expect(content).toMatchObject({ arch: 'arm64', unknown: { reason: 'not-found' } });
  });

  test('may exist for several machines, and then the architecture is unknown', async () => {
    const found = await read(makeEfiDisk({ 'BOOTX64.EFI': amd64, 'BOOTIA32.EFI': 0x14c }));
    expect(found.loaders).toEqual(['386', 'amd64']);
    expect(found.content).not.toHaveProperty('arch');
  });

  test('shows nothing if it is unknown', async () => {
    const disks = [makeEfiDisk({}), makeEfiDisk({ 'BOOTX64.EFI': 0xffff })];
    for (const disk of [...disks, Buffer.alloc(4096), Buffer.alloc(0)]) {
      const { content, loaders } = await read(disk);
      expect(loaders).toEqual([]);
      expect(content).toEqual({ unknown: expect.objectContaining({ reason: 'not-found' }) });
    }
  });
});

test('damage anywhere in the tables gives no result, and never a crash or a long search', async () => {
  const disk = makeEfiDisk({ 'BOOTX64.EFI': amd64 }, { fat: 12 });
  const places = [446, 512, 1024, 2048 * 512].flatMap((start) =>
    Array.from({ length: 96 }, (_, index) => start + index),
  );
  for (const place of places) {
    for (const value of [0x00, 0xff, 0x7f]) {
      const before = disk[place] ?? 0;
      disk[place] = value;
      expect((await read(disk)).loaders.length).toBeLessThanOrEqual(1);
      disk[place] = before;
    }
  }
  // A folder whose clusters form a circle.
  const looped = makeEfiDisk({ 'BOOTX64.EFI': amd64 });
  looped.writeUInt16LE(3, 2048 * 512 + 512 + 2 * 3);
  expect((await read(looped)).loaders.length).toBeLessThanOrEqual(1);
});

describe.skipIf(!hasProgram('mke2fs'))('the programs of a system', () => {
  const release = 'ID=acme\nVERSION_ID=7\n';

  test.each([
    ['the shell is behind links', {}],
    ['there is only env', { 'usr/bin/sh': 'a script', 'usr/bin/dash': '#!' }],
  ])('show the architecture if %s', async (_, more) => {
    const env = systemFiles(release, 'arm64')['usr/bin/dash'] ?? '';
    const files = { ...systemFiles(release, 'arm64'), 'usr/bin/env': env, ...more };
    expect((await read(makeSystemDisk(files))).content).toEqual({
      system: { id: 'acme', version: '7' },
      arch: 'arm64',
    });
  });

  test('show nothing if there are none, or no ELF files', async () => {
    const text = { 'bin/sh': '#!', 'usr/bin/env/': '' };
    for (const files of [releaseFiles(release), { ...releaseFiles(release), ...text }]) {
      expect((await read(makeSystemDisk(files))).content).toEqual({
        system: { id: 'acme', version: '7' },
      });
    }
  });

  test('are found with few reads, on a disk of any size', async () => {
    const source = new SteppedSource(makeSystemDisk(systemFiles(release)), 'whole');
    const read = source.read.bind(source);
    let [reads, bytes] = [0, 0];
    source.read = async (position, length) => {
      reads += 1;
      bytes += length;
      return await read(position, length);
    };
    expect((await readContent(source, parts, context)).content.arch).toBe('amd64');
    expect(reads).toBeLessThan(120);
    expect(bytes).toBeLessThan(2 * 1024 * 1024);
  });

  test('long names are cut before they reach a record', async () => {
    const long = `ID=acme\nPRETTY_NAME="${'x'.repeat(10_000)}"\n`;
    const { system } = (await read(makeSystemDisk(systemFiles(long)))).content;
    expect(system?.name).toHaveLength(256);
  });
});
