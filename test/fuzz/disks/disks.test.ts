import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../faults/random.ts';
import { changeDisk } from './change-disk.ts';
import { ChangedDisk } from './changed-disk.ts';
import { makeDisks } from './made-disks.ts';
import { closeSeedDisk, openSeedDisk, type SeedDisk } from './seed-disks.ts';
import { tryDisk } from './try-disk.ts';

const seeds: SeedDisk[] = [];
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-fuzz-disks-'));
  for (const laid of makeDisks(folder)) seeds.push(await openSeedDisk(laid));
}, 120_000);
afterAll(() => {
  seeds.forEach(closeSeedDisk);
  rmSync(folder, { recursive: true });
});

test('the unchanged disks can be read', async () => {
  for (const { name, file, sizeBytes } of seeds) {
    expect([name, await tryDisk(new ChangedDisk(file, sizeBytes))]).toEqual([name, 'accepted']);
  }
});

test('changed disks give files or typed errors, within limits of reads and bytes', async () => {
  const verdicts = new Set<string>();
  for (let number = 0; number < 300; number += 1) {
    const seed = seeds[number % seeds.length];
    if (seed === undefined) throw new Error('no disks to change');
    const disk = new ChangedDisk(seed.file, seed.sizeBytes);
    changeDisk(disk, seed, createRandom(number + 1));
    try {
      verdicts.add(await tryDisk(disk));
    } catch (cause) {
      throw new Error(`disk ${number}, a changed ${seed.name}`, { cause });
    }
  }
  expect(verdicts).toContain('accepted');
  expect(verdicts).toContain('ERR_DECODE');
}, 120_000);
