import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectImage } from '../../src/index.ts';
import { runCli } from '../cli/spawn-cli.ts';
import { hasProgram } from '../seed/read-back.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-inspect-disk-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(!hasProgram('mke2fs'))(
  'the file system and the system of a raw disk are told',
  async () => {
    mkdirSync(join(folder, 'tree/etc'), { recursive: true });
    writeFileSync(join(folder, 'tree/etc/os-release'), 'ID=acme\nVERSION_ID=7\n');
    const path = join(folder, 'disk.raw');
    writeFileSync(path, '');
    truncateSync(path, 8 * 1024 * 1024);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-L', 'slash', '-d', join(folder, 'tree'), path]);
    const { disk, hazards } = await inspectImage(path);
    expect(hazards).toEqual([]);
    expect(disk).toMatchObject({
      volumes: [{ name: 'disk', fileSystem: { id: 'ext4', label: 'slash' } }],
      roots: [{ volume: 'disk', system: { id: 'acme', version: '7' } }],
    });
    const { code, stdout } = await runCli(['inspect', path, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^disk +8 MiB, ext4, slash, /m);
    expect(stdout).toMatch(/^system +acme 7 on disk$/m);
  },
);

test('a raw disk with nothing known on it has no such row', async () => {
  const path = join(folder, 'empty.raw');
  writeFileSync(path, Buffer.alloc(1024 * 1024));
  expect(await inspectImage(path)).not.toHaveProperty('disk');
});
