import { appendFile, chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDigestTable } from '../../src/cache/entries/blocks-file.ts';
import type { ProgressEvent } from '../../src/core.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

describe('a first call', () => {
  test('gives a verified, sparse, read-only raw disk under a stamped name', async () => {
    const image = await line.ensure();
    expect(image.path).toBe(join(line.cacheDir, 'images-v1', 'acme_1_default_amd64_20260101.raw'));
    expect(await sha256File(image.path)).toBe(sha256(disk));
    const about = await stat(image.path);
    expect(about.mode & 0o777).toBe(0o444);
    expect(about.blocks * 512).toBeLessThan(1024 ** 2);
    expect(image).toMatchObject({ origin: 'network', format: 'raw', virtualSize: disk.length });
    expect(image.trust).toMatchObject({ level: 'checksum', pinned: false });
    expect(image.digests).toContain(sha256(packed));
    expect(image.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });

  test('records its identity, its proofs and its data ranges', async () => {
    const image = await line.ensure();
    const record = JSON.parse(await readFile(`${image.path}.json`, 'utf8'));
    expect(record).toMatchObject({
      identity: { vendor: 'acme', release: '1', arch: 'amd64', snapshot: '20260101' },
      source: { url: 'https://images.acme.example/acme.raw.gz', sizeBytes: packed.length },
      layers: ['gz', 'raw'],
      trust: { level: 'checksum' },
      evidence: { digests: [sha256(packed)] },
    });
    expect(record).not.toHaveProperty('extents');
    const { table } = await readDigestTable({ path: image.path, record });
    expect(table?.extents).toEqual([
      [0, 256 * 1024],
      [disk.length - 65536, 65536],
    ]);
  });

  test('reports its stages in order, and the last counts are complete', async () => {
    const events: ProgressEvent[] = [];
    await line.ensure('acme:1', { onProgress: (event) => events.push(event) });
    const stages = events.filter((event) => event.type === 'stage');
    const settled = ['settle', 'settle'];
    const names = ['resolve', 'look', 'prove', 'fetch', 'decode', ...settled, 'publish'];
    expect(stages.map(({ stage }) => stage)).toEqual(names);
    // The bytes first, then the data on the disk.
    expect(stages[6]?.message).toContain('holds an unknown system');
    const fetched = events.filter((event) => event.type === 'fetch').at(-1);
    expect(fetched).toMatchObject({ bytes: packed.length, totalBytes: packed.length });
    expect(events.at(-1)).toMatchObject({ type: 'done', origin: 'network' });
  });

  test.each(['streaming', 'after-verify'] as const)(
    'decode: %s gives the same disk',
    async (decode) => {
      const image = await line.ensure('acme:1', { decode });
      expect(await sha256File(image.path)).toBe(sha256(disk));
    },
  );

  test('keepSource keeps the download beside the disk', async () => {
    const image = await line.ensure('acme:1', { keepSource: true });
    expect(await sha256File(image.source ?? '')).toBe(sha256(packed));
  });

  test('a zstd image becomes a raw disk too', async () => {
    const bytes = zstdCompressSync(disk);
    line.offer({ ...build, file: 'a.zst', layers: ['zst', 'raw'], digest: sha256(bytes) }, bytes);
    const image = await line.ensure();
    expect(await sha256File(image.path)).toBe(sha256(disk));
  });
});

describe('a second call', () => {
  test('is answered from the cache and downloads no image byte', async () => {
    const first = await line.ensure();
    line.asked();
    const again = await line.ensure();
    expect(again).toMatchObject({ path: first.path, origin: 'cache', uuid: first.uuid });
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  test('with an exact snapshot or a digest makes no request at all', async () => {
    await line.ensure('acme:1@20260101');
    await line.ensure('acme:1', { digest: sha256(packed) });
    line.asked();
    await line.ensure('acme:1@20260101');
    await line.ensure('acme:1', { digest: sha256(packed) });
    expect(line.asked()).toEqual([]);
  });

  test('finds a matching disk offline, in other words too, and misses any other', async () => {
    const { path } = await line.ensure('acme:latest');
    line.asked();
    expect((await line.ensure('acme:latest', { offline: true })).path).toBe(path);
    expect((await line.ensure('acme:1', { offline: true })).path).toBe(path);
    const miss = line.ensure('acme:2', { offline: true });
    await expect(miss).rejects.toMatchObject({ code: 'ERR_OFFLINE_MISS', exitCode: 3 });
    expect(line.asked()).toEqual([]);
  });

  test('an unreachable vendor gives the cached disk with a warning; refresh does not', async () => {
    const { path } = await line.ensure();
    line.upstream.route('images.acme.example/index.json', 'down', { status: 403 });
    const image = await line.ensure();
    expect(image).toMatchObject({ path, origin: 'cache' });
    expect(image.trust.warnings.map(({ code }) => code)).toContain('stale');
    await expect(line.ensure('acme:1', { refresh: true })).rejects.toMatchObject({ exitCode: 4 });
  });

  test('a new upstream build is a new disk, and the old one stays', async () => {
    const first = await line.ensure();
    const newer = gzipSync(makeDisk(4 * 1024 ** 2, 2));
    line.offer({ ...build, snapshot: '20260202', digest: sha256(newer) }, newer);
    const second = await line.ensure();
    expect(second.path).not.toBe(first.path);
    expect(await sha256File(first.path)).toBe(sha256(disk));
  });

  test('two builds under one snapshot name are kept side by side', async () => {
    const first = await line.ensure();
    const other = gzipSync(makeDisk(4 * 1024 ** 2, 3));
    line.offer({ ...build, digest: sha256(other) }, other);
    const second = await line.ensure();
    const tag = sha256(other).slice('sha256:'.length, 'sha256:'.length + 8);
    expect(second.path).toContain(`20260101~${tag}.raw`);
    expect(await sha256File(first.path)).toBe(sha256(disk));
    line.asked();
    expect((await line.ensure()).path).toBe(second.path);
    line.offer(build, packed);
    expect((await line.ensure()).path).toBe(first.path);
    expect(line.asked().filter((name) => name.endsWith('.gz'))).toEqual([]);
  });

  test('verify finds a damaged disk and downloads it once more', async () => {
    const { path } = await line.ensure();
    const { mtime, atime } = await stat(path);
    await chmod(path, 0o644);
    const bytes = await readFile(path);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await (await import('node:fs/promises')).utimes(path, atime, mtime);
    expect((await line.ensure()).origin).toBe('cache');
    const repaired = await line.ensure('acme:1', { verify: true });
    expect(repaired).toMatchObject({ path, origin: 'network' });
    expect(await sha256File(path)).toBe(sha256(disk));
  });

  test('a disk with a changed size or time is not a hit', async () => {
    const { path } = await line.ensure();
    await chmod(path, 0o644);
    await appendFile(path, 'x');
    expect((await line.ensure()).origin).toBe('network');
    expect(await sha256File(path)).toBe(sha256(disk));
  });

  test('a hit below the required level is proved again without an image byte', async () => {
    const { digest: _, ...bare } = build;
    line.offer({ ...bare, sums: 'SHA256SUMS' }, packed);
    const sums = `${sha256(packed).slice(7)}  acme.raw.gz\n`;
    const low = await line.ensure('acme:1', { trust: 'none' });
    expect(low.trust.level).toBe('none');
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    line.upstream.route('images.acme.example/SHA256SUMS', sums);
    line.asked();
    const high = await line.ensure();
    expect(high).toMatchObject({ path: low.path, origin: 'cache', trust: { level: 'checksum' } });
    expect(line.asked()).not.toContain('acme.raw.gz');
  });
});

describe('an address or a file of the caller', () => {
  test('an address with a digest is pinned, and needs no other proof', async () => {
    const url = 'https://images.acme.example/acme.raw.gz';
    const image = await line.ensure(url, { digest: sha256(packed) });
    expect(image.trust).toMatchObject({ level: 'pinned', pinned: true });
    expect(await sha256File(image.path)).toBe(sha256(disk));
    line.asked();
    expect((await line.ensure(url, { digest: sha256(packed) })).origin).toBe('cache');
    expect(line.asked()).toEqual([]);
  });

  test('an address without a digest has the level of its connection, with a warning', async () => {
    const image = await line.ensure('https://images.acme.example/acme.raw.gz');
    // The mirror of this line is plain http.
    expect(image.trust.level).toBe('none');
    const codes = async () => {
      const { trust } = await line.ensure('https://images.acme.example/acme.raw.gz');
      return trust.warnings.map(({ code }) => code);
    };
    expect(image.trust.warnings.map(({ code }) => code)).toContain('tls-only');
    // A hit repeats the warning.
    expect(await codes()).toEqual(['tls-only', 'unverified', 'mirror']);
  });

  test('plain http needs a digest', async () => {
    const url = `${line.upstream.url}images.acme.example/acme.raw.gz`;
    await expect(line.ensure(url)).rejects.toMatchObject({ code: 'ERR_UNTRUSTED', exitCode: 5 });
    const image = await line.ensure(url, { digest: sha256(packed) });
    expect(image.trust.level).toBe('pinned');
  });

  test('a file without a digest has level none, and is refused if more is required', async () => {
    const file = join(line.folder, 'my disk.raw.gz');
    await writeFile(file, packed);
    const image = await line.ensure(file);
    expect(image.trust.level).toBe('none');
    expect(await sha256File(image.path)).toBe(sha256(disk));
    const wanted = line.ensure(file, { trust: 'checksum' });
    await expect(wanted).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
    await writeFile(file, gzipSync(makeDisk(4 * 1024 ** 2, 9)));
    expect((await line.ensure(file)).path).not.toBe(image.path);
  });
});
