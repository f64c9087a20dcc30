import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePlace } from '../../src/cli/args/parse-place.ts';
import { hasProgram } from '../seed/read-back.ts';
import { runCli } from './spawn-cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rootdisk-disk-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasProgram('mke2fs'))('files of a disk', () => {
  const long = 'a line\n'.repeat(400_000);
  const run = (...args: string[]) => runCli([...args, '--quiet'], { cwd: folder });

  beforeAll(() => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'etc'), { recursive: true });
    writeFileSync(join(tree, 'etc/os-release'), 'ID=acme\n');
    writeFileSync(join(tree, 'long.txt'), long);
    symlinkSync('/etc/os-release', join(tree, 'link'));
    writeFileSync(join(folder, 'disk.raw'), '');
    truncateSync(join(folder, 'disk.raw'), 16 * 1024 * 1024);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', tree, join(folder, 'disk.raw')]);
  });

  test('ls lists a directory, and a file as itself', async () => {
    const { code, stdout } = await run('ls', 'disk.raw', '/etc');
    expect([code, stdout]).toEqual([0, 'file  8  os-release\n']);
    expect((await run('ls', 'disk.raw', 'disk:/etc/os-release')).stdout).toBe(stdout);
    const json = JSON.parse((await run('ls', 'disk.raw', '--json')).stdout);
    expect(json).toMatchObject({ place: '/', warnings: [] });
    expect(json.entries).toContainEqual({ name: 'link', kind: 'link', sizeBytes: 15 });
  });

  test('cat writes the bytes and nothing else', async () => {
    expect((await run('cat', 'disk.raw', '/link')).stdout).toBe('ID=acme\n');
    expect((await run('cat', 'disk.raw', '/long.txt')).stdout === long).toBe(true);
    const { stdout } = await run('cat', 'disk.raw', '/etc/os-release', '--json');
    expect(JSON.parse(stdout)).toEqual({
      place: '/etc/os-release',
      sizeBytes: 8,
      base64: Buffer.from('ID=acme\n').toString('base64'),
    });
  });

  test.each([
    [2, 'etc/passwd'],
    [2, 'p0:/etc'],
    [3, '/etc/none'],
    [3, 'p1:/etc'],
    [3, 'ol/root:/etc'],
    [3, 'disk@home:/etc'],
    [6, '/etc'],
  ])('exit code %i for %s', async (code, place) => {
    const ran = await run('cat', 'disk.raw', place);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
  });

  test('a file that is no disk is said to be none', async () => {
    writeFileSync(
      join(folder, 'disk.qcow2'),
      Buffer.from('QFI\xfb\0\0\0\x03'.padEnd(4096, '\0'), 'latin1'),
    );
    const { code, stderr } = await run('ls', 'disk.qcow2', '/');
    expect([code, stderr]).toEqual([6, expect.stringContaining('rootdisk convert')]);
  });
});

test.each([
  ['/a:b', undefined, '/a:b'],
  ['p12:/', 'p12', '/'],
  ['p2@@/.snapshots/1/snapshot:/etc', 'p2@@/.snapshots/1/snapshot', '/etc'],
  ['my-vg/lv_root:/etc', 'my-vg/lv_root', '/etc'],
  ['disk:/x', 'disk', '/x'],
])('the place %s', (text, volume, path) => {
  expect(parsePlace(text)).toEqual(volume === undefined ? { path } : { volume, path });
});
