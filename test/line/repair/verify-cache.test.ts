import { readFile, stat, truncate } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk, type VerifiedEntry, type VerifyCacheOptions } from '../../../src/core.ts';
import { buildQcow2Image } from '../../../src/testing/qcow2-image.ts';
import { startUpstream } from '../../../src/testing/upstream.ts';
import { runCli } from '../../cli/spawn-cli.ts';
import '../../faults/hurry.ts';
import type { AcmeBuild } from '../../fixtures/acme.ts';
import { damage } from '../../fixtures/damage.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeImage, makeZboot } from '../../image/make-kernel.ts';

let line: Line;
const disk = makeDisk(1024 ** 2);
const packed = gzipSync(disk);
const build: AcmeBuild = {
  release: '1',
  snapshot: '1',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

const { verifyCache } = createRootdisk(parts);

async function verify(options: VerifyCacheOptions = {}): Promise<VerifiedEntry[]> {
  const entries: VerifiedEntry[] = [];
  const { cacheDir, mirrors } = line;
  for await (const entry of verifyCache({ cacheDir, mirrors, ...options })) entries.push(entry);
  return entries;
}

/** A cached disk whose bytes are damaged; no request was made since. */
async function damaged(options: Parameters<Line['ensure']>[1] = {}, reference = 'acme:1') {
  const image = await line.ensure(reference, options);
  await line.releaseAll();
  const bytes = await damage(image.path);
  const record = await readFile(`${image.path}.json`, 'utf8');
  line.asked();
  return { path: image.path, bytes, record: JSON.parse(record) };
}

async function recordOf(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(`${path}.json`, 'utf8'));
}

describe('repair of a damaged disk', () => {
  test('downloads from the address in its record again, and no document', async () => {
    const { path, record } = await damaged();
    const url = 'https://images.acme.example/acme.raw.gz';
    const found = await verify({ repair: true });
    expect(found).toMatchObject([
      { state: 'repaired', reason: `fetched again from ${url}`, origin: { level: 'checksum' } },
    ]);
    expect(line.asked()).toEqual(['acme.raw.gz']);
    expect(await sha256File(path)).toBe(sha256(disk));
    expect((await stat(path)).mode & 0o777).toBe(0o444);
    const now = await recordOf(path);
    for (const member of [
      'source',
      'trust',
      'evidence',
      'requests',
      'facts',
      'layers',
      'identity',
    ]) {
      expect(now[member]).toEqual(record[member]);
    }
    expect(await verify()).toMatchObject([{ state: 'intact' }]);
    expect(await line.ensure('acme:1')).toMatchObject({ path, origin: 'cache' });
  });

  test('a truncated disk is downloaded again too', async () => {
    const { path } = await damaged();
    await truncate(path, 4096);
    expect(await verify({ repair: true })).toMatchObject([{ state: 'repaired' }]);
    expect(await sha256File(path)).toBe(sha256(disk));
  });

  test('uses the record unchanged: unproved bytes do not gain trust', async () => {
    const { digest: _, ...bare } = build;
    line.offer(bare, packed);
    const { path } = await damaged({ trust: 'none' });
    expect(await verify({ repair: true })).toMatchObject([{ state: 'repaired' }]);
    expect(await recordOf(path)).toMatchObject({ trust: { level: 'none', pinned: false } });
  });

  test('plain http is used like https, without a mirror', async () => {
    line.upstream.route('own/disk.raw.gz', packed);
    const { path } = await damaged(
      { mirrors: {}, digest: sha256(packed) },
      `${line.upstream.url}own/disk.raw.gz`,
    );
    expect(await verify({ repair: true, mirrors: {} })).toMatchObject([{ state: 'repaired' }]);
    expect(line.asked()).toEqual(['disk.raw.gz']);
    expect(await sha256File(path)).toBe(sha256(disk));
  });

  test('other addresses of the record are used if the first one is gone', async () => {
    const other = await startUpstream({ 'other/acme.raw.gz': packed });
    line.offer({ ...build, mirrors: [`${other.url}other/acme.raw.gz`] }, packed);
    const { path } = await damaged();
    line.upstream.route('images.acme.example/acme.raw.gz', 'gone', { status: 404 });
    expect(await verify({ repair: true })).toMatchObject([{ state: 'repaired' }]);
    expect(await sha256File(path)).toBe(sha256(disk));
    await other.close();
  });

  test('a kept download needs no request, and stays', async () => {
    const { path } = await damaged({ keepSource: true });
    expect(await verify({ repair: true, offline: true })).toMatchObject([
      { state: 'repaired', reason: '1 damaged block made again from its kept download' },
    ]);
    expect(line.asked()).toEqual([]);
    expect(await sha256File(path)).toBe(sha256(disk));
    expect(await sha256File(`${path}.source`)).toBe(sha256(packed));
  });

  test('a kept download that is damaged too is downloaded again', async () => {
    const { path } = await damaged({ keepSource: true });
    await damage(`${path}.source`, 60);
    expect(await verify({ repair: true })).toMatchObject([{ state: 'repaired' }]);
    expect(line.asked()).toEqual(['acme.raw.gz']);
    expect(await sha256File(path)).toBe(sha256(disk));
    expect(await sha256File(`${path}.source`)).toBe(sha256(packed));
  });

  test("an image in the vendor's own format is restored unchanged", async () => {
    const { bytes: image } = buildQcow2Image({
      virtualSize: 1024 ** 2,
      extents: [{ position: 65536, bytes: disk.subarray(0, 65536) }],
    });
    line.offer({ ...build, file: 'acme.qcow2', layers: ['qcow2'], digest: sha256(image) }, image);
    const { path } = await damaged({ format: 'source', keepSource: true });
    // Disk and kept download are one file with two names, so both are damaged.
    expect(await verify({ repair: true })).toMatchObject([{ state: 'repaired' }]);
    expect(await sha256File(path)).toBe(sha256(image));
    expect(await sha256File(`${path}.source`)).toBe(sha256(image));
    expect(line.asked()).toEqual(['acme.qcow2']);
  });

  test('a kernel is restored, unpacked if it was unpacked', async () => {
    const image = makeImage();
    const zboot = makeZboot(image, 'zstd');
    line.offer({ ...build, boot: { kernel: ['vmlinuz', sha256(zboot)] } }, packed);
    line.upstream.route('images.acme.example/vmlinuz', zboot);
    const options = { arch: 'arm64', boot: true, kernelFormat: 'raw' } as const;
    const { boot } = await line.ensure('acme:1', options);
    await line.releaseAll();
    const path = boot?.kernel.path ?? '';
    await damage(path, 100);
    line.asked();
    expect(await verify({ repair: true })).toMatchObject([
      { name: expect.stringContaining('kernel-raw'), state: 'repaired' },
      { state: 'intact' },
    ]);
    expect(line.asked()).toEqual(['vmlinuz']);
    expect(await sha256File(path)).toBe(sha256(image));
  });
});

test('the command line repairs through a mirror, and not at all offline', async () => {
  const { path } = await damaged();
  const [[from, to] = []] = Object.entries(line.mirrors);
  const run = (...more: string[]) =>
    runCli(['cache', 'verify', '--repair', '--cache-dir', line.cacheDir, ...more]);
  const offline = await run('--offline');
  expect([offline.code, offline.stdout]).toEqual([5, expect.stringMatching(/damaged: .*offline/)]);
  expect(line.asked()).toEqual([]);
  const { code, stdout } = await run('--mirror', `${from}=${to}`);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/repaired: fetched again from/)]);
  expect(await sha256File(path)).toBe(sha256(disk));
});

describe('a disk stays damaged, and nothing is lost', () => {
  test.each<[string, () => unknown, VerifyCacheOptions, RegExp]>([
    ['offline', () => undefined, { offline: true }, /offline/],
    [
      'if other bytes are at the address',
      () => line.offer(build, gzipSync(makeDisk(1024 ** 2, 2))),
      {},
      /acme\.raw\.gz/,
    ],
    ['if upstream is unreachable', () => line.upstream.close(), {}, /refused|ECONNREFUSED/],
    [
      'if the file is gone',
      () => line.upstream.route('images.acme.example/acme.raw.gz', 'gone', { status: 404 }),
      {},
      /404/,
    ],
    ['without repair', () => undefined, { repair: false }, /its bytes/],
  ])('%s', async (_, before, options, reason) => {
    const { path, bytes, record } = await damaged();
    await before();
    const found = await verify({ repair: true, ...options });
    expect(found).toMatchObject([{ state: 'damaged', reason: expect.stringMatching(reason) }]);
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(await recordOf(path)).toEqual(record);
    if (options.offline === true || options.repair === false) expect(line.asked()).toEqual([]);
  });
});
