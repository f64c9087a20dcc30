import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenedDisk } from '../../../src/core.ts';
import { openDisk } from '../../../src/index.ts';
import { type DiskRow, readDisk, readDiskRows } from './disk-rows.ts';
import { answerOf } from './open-volume.ts';

const rows = readDiskRows();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-disks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(row: DiskRow): Promise<OpenedDisk> {
  const path = join(folder, `${row.file}.img`);
  const disk = readDisk(row);
  writeFileSync(path, await disk.read(0, disk.sizeBytes ?? 0));
  const opened = await openDisk(path);
  rmSync(path);
  return opened;
}

const good = rows.filter(({ expect: [first], osId, volumes }) => {
  return first === 'ok' && osId !== '' && volumes.has('root');
});

describe('the root of a disk', () => {
  test.for(good.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    await using disk = await open(row);
    expect(disk.roots.map(({ system }) => system?.id)).toEqual([row.osId]);
    const files = await disk.files();
    const inRoot = row.volumes.get('boot') === 'root' ? [row.kernel] : [];
    for (const { path, sha256 } of [...row.files, ...inRoot]) {
      const [volume = '', inside = ''] = [
        path.slice(0, path.indexOf(':')),
        path.slice(path.indexOf(':') + 1),
      ];
      if (volume !== 'root') continue;
      const bytes = await files.read(inside, { mostBytes: 256 * 1024 * 1024 });
      expect([inside, createHash('sha256').update(bytes).digest('hex')]).toEqual([inside, sha256]);
    }
  });
});

const apart = rows.filter(({ expect: [first], kernel, volumes }) => {
  return first === 'ok' && kernel.path.startsWith('boot:') && volumes.get('boot') !== 'root';
});

describe('a kernel on a boot partition is read below /boot of the root', () => {
  test.for(apart.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    await using disk = await open(row);
    const bytes = await (await disk.files()).read(`/boot${row.kernel.path.slice('boot:'.length)}`, {
      mostBytes: 256 * 1024 * 1024,
    });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(row.kernel.sha256);
  });
});

const refused = rows.filter(({ file }) => {
  return /^(named-|freebsd|luks2|bad-lvm|bad-gpt|bad-ext-(enc|incompat|sbcsum)|bad-btrfs-(incompat|sbcsum)|bad-xfs-needsrepair)/.test(
    file,
  );
});

describe('the root of a disk that cannot be read is refused', () => {
  test.for(refused.map((row) => [row.file, row] as const))('%s', async ([, row]) => {
    const answer = await answerOf(
      open(row).then(async (disk) => {
        await using opened = disk;
        await (await opened.files()).read('/boot/vmlinuz-6.1');
      }),
    );
    expect(row.expect).toContain(answer);
  });
});
