import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk, type EnsuredImage, type EnsureOptions } from '../../../src/core.ts';
import type { Vendor } from '../../../src/kit.ts';
import { acme } from '../../fixtures/acme.ts';
import { cutWhenStored } from '../../fixtures/cut-when-stored.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

const disk = makeDisk();
const other = makeDisk(4 * 1024 ** 2, 2);
const bare = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
const codes = ({ trust }: EnsuredImage) => trust.warnings.map(({ code }) => code);
const images = 'https://images.acme.example/';
const imagePath = 'images.acme.example/acme.raw';

describe('image bytes that came over plain http, through a mirror', () => {
  test('have level none if no other proof exists, and the record keeps it', async () => {
    line.offer(bare, disk);
    const image = await line.ensure();
    expect(image.trust.level).toBe('none');
    expect(codes(image)).toEqual(expect.arrayContaining(['mirror', 'unverified']));
    const { trust } = JSON.parse(await readFile(`${image.path}.json`, 'utf8'));
    expect(trust.level).toBe('none');
    const hit = await line.ensure();
    expect(hit).toMatchObject({ origin: 'cache', trust: { level: 'none' } });
    const told = hit.trust.warnings.map(({ message }) => message);
    expect(told).toContain('acme.raw was read over plain http, through a mirror');
  });

  test('are refused if TLS is required, before any of them, and are not a hit', async () => {
    line.offer(bare, disk);
    const refusal = { code: 'ERR_UNTRUSTED', exitCode: 5 };
    await expect(line.ensure('acme:1', { trust: 'tls' })).rejects.toMatchObject(refusal);
    expect(line.asked()).not.toContain('acme.raw');
    await line.ensure();
    await expect(line.ensure('acme:1', { trust: 'tls' })).rejects.toMatchObject(refusal);
    // Without the mirror, this source does not offer the bytes that came through it.
    const offline: EnsureOptions = { offline: true, mirrors: {} };
    await expect(line.ensure('acme:1', offline)).rejects.toMatchObject({
      code: 'ERR_OFFLINE_MISS',
    });
    expect((await line.ensure('acme:1', { offline: true })).trust.level).toBe('none');
  });

  test('keep the level of a digest, with the warning', async () => {
    line.offer({ ...bare, digest: sha256(disk) }, disk);
    const image = await line.ensure('acme:1', { trust: 'checksum' });
    expect(image.trust.level).toBe('checksum');
    expect(codes(image)).toContain('mirror');
    expect(codes(image)).not.toContain('unverified');
  });
});

test('a list that was read through a mirror keeps its level, with the warning', async () => {
  line.offer({ ...bare, sums: 'SHA256SUMS' }, disk);
  line.upstream.route('images.acme.example/SHA256SUMS', `${sha256(disk).slice(7)}  acme.raw\n`);
  const { trust } = await line.ensure();
  expect(trust.level).toBe('checksum');
  expect(trust.warnings.map(({ message }) => message)).toContain(
    'documents of https://images.acme.example were read through a mirror',
  );
});

describe('a download that began through one mirror', () => {
  const half = disk.length / 2;
  const second = 'second.example/acme.raw';
  const mirrorsTo = (place: string) => ({
    ...line.mirrors,
    [`${images}acme.raw`]: `${line.upstream.url}${place}`,
  });

  /** The first half through the first mirror, which then answers that the file is gone. */
  async function fetchHalf(about: object): Promise<void> {
    line.offer(about as typeof bare, disk);
    line.upstream.route(imagePath, (request, response) => {
      response.statusCode = 404;
      if (request.headers['range'] !== undefined) return void response.end('gone');
      response.writeHead(200, { 'content-length': disk.length, etag: '"one"' });
      response.write(disk.subarray(0, half));
      void cutWhenStored(line, response, half);
    });
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    line.upstream.requests.length = 0;
  }
  const rangesOf = (path: string) =>
    line.upstream.requests
      .filter((request) => request.path === `/${path}`)
      .map(({ headers }) => headers['range']);

  test('is not continued from another place without a digest', async () => {
    await fetchHalf(bare);
    line.upstream.route(second, disk, { etag: '"one"' });
    const image = await line.ensure('acme:1', { mirrors: mirrorsTo(second) });
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(rangesOf(second).at(-1)).toBeUndefined();
  });

  test('is continued at the same place', async () => {
    await fetchHalf(bare);
    line.upstream.route(imagePath, disk, { etag: '"one"' });
    expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
    expect(rangesOf(imagePath)).toEqual([`bytes=${half}-`]);
  });

  test('is continued from another place if a digest decides', async () => {
    await fetchHalf({ ...bare, digest: sha256(disk) });
    line.upstream.route(second, disk, { etag: '"one"' });
    await line.ensure('acme:1', { mirrors: mirrorsTo(second) });
    expect(rangesOf(second)).toEqual([`bytes=${half}-`]);
  });
});

test('a disk to which the list of the same call gives another digest is not a hit', async () => {
  const readsList: Vendor = {
    ...acme,
    async resolve(request, context) {
      await context.http.get(`${images}SHA256SUMS`);
      return await acme.resolve(request, context);
    },
  };
  const { ensureImage } = createRootdisk({ ...parts, vendors: [readsList] });
  const { cacheDir, mirrors } = line;
  const ensure = () => ensureImage('acme:1', { arch: 'amd64', cacheDir, mirrors });
  const offer = (bytes: Buffer): void => {
    line.offer({ ...bare, sums: 'SHA256SUMS' }, bytes);
    const list = `${sha256(bytes).slice(7)}  acme.raw\n`;
    line.upstream.route('images.acme.example/SHA256SUMS', list);
  };
  // First the mirror's version, then the vendor's, under the name of the same build.
  offer(other);
  await using first = await ensure();
  expect(first.origin).toBe('network');
  offer(disk);
  await using second = await ensure();
  expect(second.origin).toBe('network');
  expect(await sha256File(second.path)).toBe(sha256(disk));
  await using third = await ensure();
  expect(third).toMatchObject({ origin: 'cache', path: second.path });
});
