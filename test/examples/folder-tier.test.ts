import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';
import { makeImage } from '../fixtures/signed-line.ts';
import { runExample } from './run-example.ts';

let upstream: Upstream;
let folder: string;
let defaults: object;
beforeEach(async () => {
  upstream = await startUpstream();
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-folder-tier-'));
  const signer = createOpenpgpSigner();
  const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
  serveSimpleStreams(upstream, [{ ...build, serial: '20261101', bytes: makeImage() }], { signer });
  const mirrors = mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']);
  defaults = { arch: 'amd64', mirrors, keys: { replace: [signer.publicKey] } };
});
afterEach(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

/** The example on a separate machine; returns the origin of the image. */
async function runOn(machine: string): Promise<string> {
  const all = { ...defaults, cacheDir: join(folder, machine) };
  const ran = await runExample('folder-tier.ts', ['ubuntu:24.04', join(folder, 'shared')], all);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const [path = '', origin = ''] = ran.stdout.trim().split(' ');
  expect((await stat(path)).isFile()).toBe(true);
  return origin;
}

test('folder-tier.ts: one machine downloads, the others copy, and a bad file is moved aside', async () => {
  expect(await runOn('first')).toBe('network');
  expect(await runOn('second')).toBe('tier');
  const files = await readdir(join(folder, 'shared'));
  const name = files.find((file) => file.endsWith('.disk')) ?? '';
  expect(files.toSorted()).toEqual([name, `${name}.json`]);
  const path = join(folder, 'shared', name);
  await writeFile(path, Buffer.alloc((await stat(path)).size, 7));
  expect(await runOn('third')).toBe('network');
  expect(await readdir(join(folder, 'shared'))).toContain(`${name}.refused`);
}, 120_000);
