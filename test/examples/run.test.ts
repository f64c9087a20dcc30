import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';
import { makeImage } from '../fixtures/signed-line.ts';
import { type ExampleRun, type RunDuring, runExample } from './run-example.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

let upstream: Upstream;
let cacheDir: string;
beforeEach(async () => {
  upstream = await startUpstream();
  cacheDir = await mkdtemp(join(tmpdir(), 'rootdisk-examples-'));
});
afterEach(async () => {
  await upstream.close();
  await rm(cacheDir, { recursive: true, force: true });
});

/** Runs an example unchanged, against the server of the test. */
function run(name: string, defaults: object, during?: RunDuring): Promise<ExampleRun> {
  const hosts = ['https://cloud-images.ubuntu.com/', 'https://example.com/'];
  const all = { arch: 'amd64', cacheDir, mirrors: mirrorsFor(upstream, hosts), ...defaults };
  return runExample(name, [], all, {}, during);
}

test('every example has a test', async () => {
  const names = (await readdir(examples)).toSorted();
  const programs = [
    'boot-one.ts',
    'demo.ts',
    'ensure.ts',
    'folder-tier.ts',
    'offline.ts',
    'own-vendor.ts',
    'pinned.ts',
    'progress.ts',
  ];
  const folders = ['acme-vendor', 'action', 'fleet', 'scripts'];
  expect(names).toEqual([...folders, ...programs].toSorted());
});

test('ensure.ts prints the path of a signed disk', async () => {
  const signer = createOpenpgpSigner();
  const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
  serveSimpleStreams(upstream, [{ ...build, serial: '20261101', bytes: makeImage() }], { signer });
  const ran = await run('ensure.ts', { keys: { replace: [signer.publicKey] } });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const [path = '', level] = ran.stdout.split(' ');
  expect(level).toBe('signed');
  expect((await stat(path)).isFile()).toBe(true);
});

/** A signed Ubuntu 24.04 on loopback; returns the options that make its key accepted. */
function serveUbuntu(bytesPerSecond?: number): { keys: { replace: string[] } } {
  const signer = createOpenpgpSigner();
  const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
  const builds = [{ ...build, serial: '20261101', bytes: makeImage(), bytesPerSecond }];
  serveSimpleStreams(upstream, builds, { signer });
  return { keys: { replace: [signer.publicKey] } };
}

test('progress.ts draws one line, and prints the path at the end', async () => {
  const ran = await run('progress.ts', serveUbuntu());
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/ubuntu_24\.04_server_amd64_20261101\.raw\n$/);
  expect(ran.stderr).toMatch(/\rdone 100 %/);
});

test('progress.ts ends with 130 when it is interrupted', async () => {
  let asked = false;
  const ran = await run('progress.ts', serveUbuntu(64), {
    onStderr(text, child) {
      if (asked || !text.includes('\rfetch')) return;
      asked = child.kill('SIGINT');
    },
  });
  expect(ran).toMatchObject({ code: 130, stdout: '' });
  expect(ran.stderr).toContain('run it again to go on');
});

test('offline.ts pins, downloads, and then answers without a request', async () => {
  const ran = await run('offline.ts', serveUbuntu(), { cwd: cacheDir });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toBe('base 20261101 added\ntrue cache\n');
});

test('pinned.ts refuses a file with another digest, with a message', async () => {
  upstream.route('example.com/images/appliance.qcow2', makeImage());
  const ran = await run('pinned.ts', {});
  expect(ran).toMatchObject({ code: 5, stdout: '' });
  expect(ran.stderr).toMatch(/^ERR_DIGEST: .*appliance\.qcow2/m);
});

test('demo.ts ends by itself, with a signed disk and an error', async () => {
  const ran = await run('demo.ts', {});
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/trust {3}signed by [0-9A-F]{40}/);
  expect(ran.stderr).toMatch(/ERR_UNKNOWN_SIGNER/);
});
