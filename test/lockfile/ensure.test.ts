import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions, LockImagesOptions } from '../../src/core.ts';
import { createRootdisk } from '../../src/index.ts';
import { mirrorsFor } from '../../src/testing/upstream.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../fixtures/line.ts';

const rootdisk = createRootdisk(parts);
const disk = makeDisk();
const packed = gzipSync(disk);
const newer = gzipSync(makeDisk(undefined, 2));
const kernel = gzipSync('a kernel');
const mirror = 'https://mirror.acme.example/acme.raw.gz';
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  mirrors: [mirror],
  eol: '2028-06-30',
  boot: { kernel: ['vmlinuz', sha256(kernel)] as [string, string] },
};
const next = { ...build, snapshot: '20260202', file: 'next.raw.gz', digest: sha256(newer) };
const now = new Date('2026-07-20T12:00:00.000Z');

let line: Line;
let lockfile: string;
let mirrors: Record<string, string>;
beforeEach(async () => {
  line = await startLine();
  lockfile = join(line.folder, 'rootdisk.lock.json');
  const named = ['https://images.acme.example/', 'https://mirror.acme.example/'];
  mirrors = mirrorsFor(line.upstream, named);
  line.offer(build, packed);
  line.upstream.route('images.acme.example/vmlinuz', kernel);
});
afterEach(() => line.close());

async function lock(options: Partial<LockImagesOptions> = {}): Promise<void> {
  const { cacheDir } = line;
  await rootdisk.lockImages('acme:1', {
    arch: 'amd64',
    cacheDir,
    mirrors,
    lockfile,
    now,
    ...options,
  });
  line.asked();
}

function ensure(alias = 'acme-1', options: EnsureOptions = {}) {
  return line.ensure(alias, { lockfile, mirrors, now, ...options });
}

/** Changes the text of the lock file, like a manual edit. */
async function edit(from: string, to: string): Promise<void> {
  const text = await readFile(lockfile, 'utf8');
  expect(text).toContain(from);
  await writeFile(lockfile, text.replaceAll(from, to));
}

describe('the name of a lock entry', () => {
  test('gives the locked build, whatever the newest is, and requests no index', async () => {
    await lock();
    line.upstream.route('images.acme.example/index.json', JSON.stringify([next]));
    const image = await ensure();
    expect(line.asked()).toEqual(['acme.raw.gz']);
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(image).toMatchObject({
      vendor: 'acme',
      release: '1',
      snapshot: '20260101',
      guest: { eol: '2028-06-30' },
      trust: { level: 'pinned', pinned: true },
    });
    const record = JSON.parse(await readFile(`${image.path}.json`, 'utf8'));
    expect(record.aliases).toEqual(['acme-1']);
  });

  test('works without a network once it is cached, by either reference', async () => {
    await lock();
    await line.ensure('acme:1');
    line.asked();
    const hit = await ensure();
    expect([hit.origin, hit.trust.level]).toEqual(['cache', 'pinned']);
    const offline = await ensure('acme-1', { offline: true });
    expect(offline.path).toBe(hit.path);
    expect(line.asked()).toEqual([]);
  });

  test('gives the signer at the time of the lock', async () => {
    await lock();
    const signer = { fingerprint: 'A'.repeat(40), keyOrigin: 'vendor' };
    const trust = { level: 'signed', signer, signedAt: '2026-01-01T00:00:00.000Z' };
    await edit('"level": "checksum"', JSON.stringify(trust).slice(1, -1));
    const image = await ensure();
    expect(image.trust).toMatchObject({
      level: 'pinned',
      signer,
      signedAt: new Date(trust.signedAt),
    });
    await expect(ensure('acme-1', { trust: 'signed' })).rejects.toMatchObject({
      code: 'ERR_UNTRUSTED',
    });
  });

  test('gives an older build than an accepted one, and does not lower that mark', async () => {
    await lock();
    line.offer(next, newer);
    line.upstream.route('images.acme.example/acme.raw.gz', packed);
    await line.ensure('acme:1', { mirrors });
    expect((await ensure()).snapshot).toBe('20260101');
    line.upstream.route('images.acme.example/index.json', JSON.stringify([build]));
    await expect(line.ensure('acme:1', { mirrors, refresh: true })).rejects.toMatchObject({
      code: 'ERR_ROLLBACK',
    });
  });

  test('a disk accepted only by a pin is not a hit for a call without it', async () => {
    await lock();
    await ensure();
    await expect(line.ensure('acme:1', { mirrors, offline: true })).rejects.toMatchObject({
      code: 'ERR_OFFLINE_MISS',
    });
    line.asked();
    const proved = await line.ensure('acme:1', { mirrors });
    expect([proved.origin, proved.trust.level]).toEqual(['cache', 'checksum']);
    expect(line.asked()).toEqual(['index.json']);
  });

  test('a disk over plain http accepted only by a pin is not shown as proved', async () => {
    await lock();
    await ensure();
    const { cacheDir } = line;
    const reason = 'a digest of the caller vouches for it';
    for await (const { origin } of rootdisk.verifyCache({ cacheDir })) {
      expect(origin).toMatchObject({ state: 'recorded', level: 'none', reason });
    }
    expect.assertions(1);
  });

  test('gives the locked kernel too, or says that none was locked', async () => {
    await lock();
    await expect(ensure('acme-1', { boot: true })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining('acme-1 is locked without the files that boot it'),
      hint: expect.stringContaining('--boot'),
    });
    await lock({ boot: true });
    const image = await ensure('acme-1', { boot: true });
    expect(image.boot?.kernel).toMatchObject({ level: 'pinned' });
    expect(line.asked()).toEqual(['vmlinuz']);
    expect((await ensure('acme-1', { boot: true, offline: true })).boot?.kernel.path).toBe(
      image.boot?.kernel.path,
    );
    await edit(sha256(kernel), sha256(disk));
    await expect(ensure('acme-1', { boot: true })).rejects.toMatchObject({ code: 'ERR_DIGEST' });
  });

  test('resolveImage returns the pin, without a request', async () => {
    await lock();
    const { cacheDir } = line;
    const resolved = await rootdisk.resolveImage('acme-1', { arch: 'amd64', cacheDir, lockfile });
    expect(line.asked()).toEqual([]);
    expect(resolved).toMatchObject({ snapshot: '20260101', digests: [sha256(packed)] });
  });
});

describe('failures', () => {
  test('a digest that disagrees with the cache is never served from it', async () => {
    await lock();
    const cached = await line.ensure('acme:1', { mirrors });
    await edit(sha256(packed), sha256(newer));
    await edit(`"sizeBytes": ${packed.length},`, '');
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST', exitCode: 5 });
    await expect(ensure('acme-1', { offline: true })).rejects.toMatchObject({
      code: 'ERR_DIGEST',
      message: expect.stringContaining('acme_1_default_amd64_20260101.raw'),
      hint: expect.stringContaining('rootdisk lock update acme-1'),
      details: { expected: sha256(newer), actual: sha256(packed), from: lockfile },
    });
    expect(await sha256File(cached.path)).toBe(sha256(disk));
    // If upstream has those bytes, they become another file beside it.
    line.upstream.route('images.acme.example/acme.raw.gz', newer);
    const other = await ensure('acme-1', { refresh: true });
    expect(other.path).not.toBe(cached.path);
    expect(await line.visible()).toHaveLength(2);
  });

  test('if an address is gone the mirror is used, and the error says when it was locked', async () => {
    await lock();
    const gone = (_: unknown, response: { statusCode: number; end(): void }): void => {
      response.statusCode = 404;
      response.end();
    };
    line.upstream.route('images.acme.example/acme.raw.gz', gone);
    await expect(ensure()).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      exitCode: 3,
      message: expect.stringContaining('locked on 2026-07-20'),
      hint: expect.stringContaining('rootdisk lock update acme-1'),
    });
    expect(line.upstream.requests.map(({ path }) => path)).toContain(
      '/mirror.acme.example/acme.raw.gz',
    );
    line.upstream.route('mirror.acme.example/acme.raw.gz', packed);
    const image = await ensure();
    expect(image.trust.warnings.map(({ code }) => code)).toContain('mirror-failed');
  });

  test('an archive is used last', async () => {
    await lock();
    const archive = 'https://images.acme.example/archive/acme.raw.gz';
    await edit('"mirrors": [', `"archives": ["${archive}"],\n"mirrors": [`);
    line.upstream.route('images.acme.example/archive/acme.raw.gz', packed);
    line.upstream.route('images.acme.example/acme.raw.gz', (_, response) => {
      response.statusCode = 404;
      response.end();
    });
    await ensure();
    const asked = line.upstream.requests.map(({ path }) => path).slice(-2);
    expect(asked).toEqual([
      '/mirror.acme.example/acme.raw.gz',
      '/images.acme.example/archive/acme.raw.gz',
    ]);
  });

  test.each<[string, string, EnsureOptions, object]>([
    ['another architecture', 'acme-1', { arch: 'arm64' }, { code: 'ERR_NOT_FOUND' }],
    ['a similar name', 'acme-2', {}, { code: 'ERR_NOT_FOUND', hint: 'Did you mean acme-1?' }],
    ['another variant', 'acme-1', { variant: 'tiny' }, { details: { field: 'variant' } }],
    ['parameters', 'acme-1', { parameters: { a: '1' } }, { details: { field: 'parameters' } }],
    ['another digest', 'acme-1', { digest: sha256(newer) }, { code: 'ERR_DIGEST' }],
    [
      'no such lock file',
      'acme-1',
      { lockfile: '/no/such.json' },
      { details: { field: 'lockfile' } },
    ],
  ])('%s', async (_, alias, options, error) => {
    await lock();
    await expect(ensure(alias, options)).rejects.toMatchObject(error);
    expect(line.asked()).toEqual([]);
    expect(await readdir(line.folder)).toContain('rootdisk.lock.json');
  });

  test('a name that is a vendor is refused; another reference reads no lock file', async () => {
    await lock();
    await edit('"acme-1"', '"acme"');
    await expect(ensure('acme')).rejects.toMatchObject({ details: { field: 'alias' } });
    await writeFile(lockfile, 'no JSON');
    expect((await ensure('acme:1')).snapshot).toBe('20260101');
    await expect(ensure('acme-1')).rejects.toMatchObject({ details: { field: 'lockfile' } });
  });
});
