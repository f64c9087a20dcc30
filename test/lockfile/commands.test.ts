import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseOutput, type Ran, runCli, withFlags } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

const packed = gzipSync(makeDisk());
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

function run(...args: string[]): Promise<Ran> {
  return runCli(withFlags(line, args), { cwd: line.folder });
}

test('lock add pins in ./rootdisk.lock.json, and lock ls lists it', async () => {
  const added = await run('lock', 'add', 'acme:1', '--arch', 'arm64');
  expect(added.code).toBe(0);
  expect(added.stdout.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
    ['acme-1', 'arm64', '20260101', 'checksum', 'added'],
    ['acme-1', 'amd64', '20260101', 'checksum', 'added'],
    [''],
  ]);
  const listed = await run('lock', 'ls');
  expect(listed.stdout).toMatch(/^NAME +REQUEST +ARCH/);
  expect(listed.stdout).toMatch(/^acme-1 +acme:1 +amd64 +20260101 +checksum +\d{4}-\d\d-\d\d +-$/m);
  const json = parseOutput(await run('lock', 'ls', '--json'));
  expect(json).toMatchObject({
    lockfile: join(line.folder, 'rootdisk.lock.json'),
    images: [{ alias: 'acme-1', architectures: { amd64: { snapshot: '20260101' } } }],
  });
});

test('ensure reads ./rootdisk.lock.json and reports it; --lockfile names another one', async () => {
  await run('lock', 'add', 'acme:1', '--as', 'web');
  const { code, stdout, stderr } = await run('ensure', 'web');
  expect([code, stdout]).toEqual([
    0,
    `${join(line.cacheDir, 'images-v1', 'acme_1_default_amd64_20260101.raw')}\n`,
  ]);
  expect(stderr).toContain('reading ./rootdisk.lock.json');
  const other = await run('ensure', 'acme:1', '--quiet', '--lockfile', 'no.json');
  expect(other.code).toBe(0);
  const missing = await run('ensure', 'web', '--lockfile', 'no.json');
  expect([missing.code, missing.stdout]).toEqual([2, '']);
});

test('a missing lock file is named, with the command that writes one', async () => {
  const { code, stderr } = await run('lock', 'ls', '--lockfile', 'no.json');
  expect(code).toBe(2);
  expect(stderr).toContain(join(line.folder, 'no.json'));
  expect(stderr).toContain('rootdisk lock add');
});

test('--arch repeats for lock add, and for no other command', async () => {
  const { code, stderr } = await run('resolve', 'acme:1', '--arch', 'arm64');
  expect(code).toBe(2);
  expect(stderr).toContain('--arch was given twice');
});
