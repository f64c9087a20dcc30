import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureImage } from '../../../src/index.ts';
import { readDisk, readDiskRows } from './disk-rows.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-content-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Its os-release is in squashfs. */
const unread = /^coreos-layout/;

test.for(readDiskRows().map((row) => [row.file, row] as const))('%s', async ([, row]) => {
  const path = join(folder, row.file.replace('.gz', '.raw'));
  const disk = readDisk(row);
  writeFileSync(path, await disk.read(0, disk.sizeBytes ?? 0));
  const cacheDir = join(folder, 'cache');
  await using image = await ensureImage(path, { cacheDir, trust: 'none' });
  const { content } = image;
  expect(image.sizeBytes).toBe(disk.sizeBytes);
  const mustBeRead = row.expect.join() === 'ok' && row.osId !== '' && !unread.test(row.file);
  if (content?.unknown === undefined || mustBeRead) {
    // A dash in the table: the boot loader of the disk is broken, but its system is Debian.
    expect(content?.system?.id).toBe(row.osId || 'debian');
  } else {
    expect([...row.expect, 'not-found', 'ambiguous-content']).toContain(content.unknown.reason);
  }
  rmSync(path);
  rmSync(image.path, { force: true });
});
