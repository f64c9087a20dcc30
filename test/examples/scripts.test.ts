import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';
import { cleanEnv } from '../cli/spawn-cli.ts';
import { makeImage } from '../fixtures/signed-line.ts';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const cli = fileURLToPath(new URL('rootdisk-on-loopback.ts', import.meta.url));
const GiB = 1024 ** 3;

let upstream: Upstream;
let home: string;
let env: Record<string, string | undefined>;
beforeAll(async () => {
  upstream = await startUpstream();
  home = await mkdtemp(join(tmpdir(), 'rootdisk-scripts-'));
  const signer = createOpenpgpSigner();
  const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
  serveSimpleStreams(upstream, [{ ...build, serial: '20261101', bytes: makeImage() }], { signer });
  await mkdir(join(home, 'bin'));
  await mkdir(join(home, '.ssh'));
  await writeFile(join(home, '.ssh/id_ed25519.pub'), `ssh-ed25519 ${'A'.repeat(68)} me\n`);
  await writeFile(join(home, 'signer.asc'), signer.publicKey);
  const script = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${cli}' "$@"\n`;
  await writeFile(join(home, 'bin/rootdisk'), script, { mode: 0o755 });
  const mirrors = mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']);
  const flags = [
    ['--arch', 'amd64'],
    ['--key', join(home, 'signer.asc')],
    ...Object.entries(mirrors).map(([from, to]) => ['--mirror', `${from}=${to}`]),
  ];
  env = {
    ...cleanEnv,
    PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
    HOME: home,
    ROOTDISK_CACHE_DIR: join(home, 'cache'),
    WALKTHROUGH_FLAGS: JSON.stringify(flags),
  };
});
afterAll(async () => {
  await upstream.close();
  await rm(home, { recursive: true, force: true });
});

test('provision.sh makes a disk and a seed, and can be run again', async () => {
  const script = join(examples, 'scripts/provision.sh');
  for (const _ of [1, 2]) await run('sh', [script, 'web'], { cwd: home, env });
  expect((await stat(join(home, 'machines/web/disk.raw'))).size).toBe(20 * GiB);
  expect((await stat(join(home, 'machines/web/seed.iso'))).size).toBeGreaterThan(0);
});

test('after.sh makes the same disk as before.sh', async () => {
  await run('sh', [join(examples, 'scripts/after.sh')], { cwd: home, env });
  expect((await stat(join(home, 'disk.raw'))).size).toBe(20 * GiB);
  // It needs the real server: only its syntax is checked.
  await run('sh', ['-n', join(examples, 'scripts/before.sh')]);
});

test('the files for a fleet and for an action can be parsed', async () => {
  const read = async (path: string) => parse(await readFile(join(examples, path), 'utf8'));
  expect(await read('fleet/docker-registry.yml')).toMatchObject({ version: 0.1 });
  expect(await read('fleet/compose.yaml')).toHaveProperty('services.zot.image');
  expect(await read('fleet/zot.json')).toHaveProperty('storage.gc', true);
  expect(await read('action/action.yml')).toHaveProperty('runs.main', 'dist/main.mjs');
});
