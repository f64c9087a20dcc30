import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFat } from '../../src/seed/fat/write-fat.ts';
import { writeIso } from '../../src/seed/iso/write-iso.ts';
import type { SeedFolder } from '../../src/seed/tree.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { hasProgram, runProgram } from './read-back.ts';

const files: Record<string, Buffer> = {
  'user-data': Buffer.from('#cloud-config\nhostname: one\n'),
  'meta-data': Buffer.from('instance-id: one\n'),
  'network-config': Buffer.alloc(5000, 'version: 2 '),
  'vendor-data': Buffer.alloc(0),
  'A.TXT': Buffer.alloc(2048, 1),
  'a name of more than thirty characters.configuration': Buffer.alloc(2049, 2),
  'combustion/script': Buffer.from('#!/bin/sh\n'.repeat(3000)),
  'ignition/config.ign': Buffer.from('{}'),
};

const tree: SeedFolder = {
  ...Object.fromEntries(Object.entries(files).filter(([name]) => !name.includes('/'))),
  combustion: { script: files['combustion/script'] ?? Buffer.alloc(0) },
  ignition: { 'config.ign': files['ignition/config.ign'] ?? Buffer.alloc(0) },
};

async function onDisk(bytes: Uint8Array): Promise<string> {
  const path = join(await tempDir(), 'seed');
  await writeFile(path, bytes);
  return path;
}

describe('ISO 9660', () => {
  const disc = writeIso('cidata', tree);

  test('the same files make the same bytes, in whole sectors', () => {
    expect(writeIso('cidata', tree).equals(disc)).toBe(true);
    expect(disc.length % 2048).toBe(0);
    expect(disc.toString('latin1', 32769, 32774)).toBe('CD001');
  });

  test.skipIf(!hasProgram('isoinfo')).each(['-R', '-J'])(
    'isoinfo %s reads every file',
    async (names) => {
      const path = await onDisk(disc);
      for (const [name, bytes] of Object.entries(files)) {
        const read = runProgram('isoinfo', [names, '-i', path, '-x', `/${name}`]);
        expect(read.equals(bytes), name).toBe(true);
      }
      const facts = runProgram('isoinfo', ['-d', '-i', path]).toString();
      expect(facts).toContain('Volume id: cidata');
      expect(facts).toContain('Joliet with UCS level 3 found');
      expect(facts).toContain('Rock Ridge signatures version 1 found');
    },
  );

  test.skipIf(!hasProgram('bsdtar'))('bsdtar reads every file', async () => {
    const path = await onDisk(disc);
    const listed = runProgram('bsdtar', ['-tf', path]).toString().trim().split('\n');
    for (const [name, bytes] of Object.entries(files)) {
      expect(listed).toContain(name);
      expect(runProgram('bsdtar', ['-xOf', path, name]).equals(bytes), name).toBe(true);
    }
  });

  test.skipIf(!hasProgram('xorriso'))('xorriso finds no fault in it', async () => {
    const path = await onDisk(disc);
    const found = runProgram('xorriso', ['-abort_on', 'WARNING', '-indev', path, '-find', '/']);
    expect(found.toString()).toContain("'/combustion/script'");
  });

  test.skipIf(!hasProgram('blkid'))('blkid reads the label', async () => {
    const facts = runProgram('blkid', ['-p', '-o', 'export', await onDisk(disc)]).toString();
    expect(facts).toContain('LABEL=cidata');
    expect(facts).toContain('TYPE=iso9660');
  });

  test('a folder of many files needs more than one sector', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`file-${index}`, Buffer.from(`${index}`)]),
    );
    const path = await onDisk(writeIso('many', many));
    if (!hasProgram('isoinfo')) return;
    for (const [name, bytes] of Object.entries(many)) {
      expect(runProgram('isoinfo', ['-R', '-i', path, '-x', `/${name}`]).equals(bytes)).toBe(true);
    }
  });
});

describe('FAT', () => {
  const disk = writeFat('CIDATA', tree);

  test('the same files make the same bytes, 1 MiB of them', () => {
    expect(writeFat('CIDATA', tree).equals(disk)).toBe(true);
    expect(disk.length).toBe(1024 * 1024);
  });

  test.skipIf(!hasProgram('mtype'))('mtools reads every file under its long name', async () => {
    const path = await onDisk(disk);
    for (const [name, bytes] of Object.entries(files)) {
      const read = runProgram('mtype', ['-i', path, `::/${name}`]);
      expect(read.equals(bytes), name).toBe(true);
    }
    expect(runProgram('mlabel', ['-s', '-i', path, '::']).toString()).toContain('CIDATA');
  });

  test.skipIf(!hasProgram('fsck.fat'))('fsck.fat finds no fault in it', async () => {
    for (const size of [0, 1, 4096, 4097, 2_000_000, 10 * 1024 * 1024]) {
      const bytes = writeFat('CIDATA', { ...tree, large: Buffer.alloc(size, 7) });
      expect(runProgram('fsck.fat', ['-n', await onDisk(bytes)]).toString()).toContain('files,');
    }
  });

  test.skipIf(!hasProgram('blkid'))('blkid reads the label', async () => {
    const facts = runProgram('blkid', ['-p', '-o', 'export', await onDisk(disk)]).toString();
    expect(facts).toContain('LABEL=CIDATA');
    expect(facts).toContain('TYPE=vfat');
  });
});

for (const name of ['isoinfo', 'bsdtar', 'xorriso', 'mtype', 'fsck.fat', 'blkid']) {
  test.skipIf(!hasProgram(name))(`${name} is installed`, () => {
    expect(hasProgram(name)).toBe(true);
  });
}
