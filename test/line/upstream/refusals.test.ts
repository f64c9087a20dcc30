import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../../src/core.ts';
import { mirrorsFor } from '../../../src/testing/upstream.ts';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';
import { makeCertificate, startTlsServer } from '../../http/wire/tls-server.ts';

const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  sizeBytes: packed.length,
};
const newer = gzipSync(makeDisk(4 * 1024 ** 2, 2));
const index = 'images.acme.example/index.json';
const listed = {
  release: '1',
  snapshot: '20260202',
  file: 'newer.raw.gz',
  layers: ['gz', 'raw'],
  sums: 'newer.sums',
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

/** Publishes a newer build, whose digest is in a list beside it. */
function offerNewer(): void {
  line.offer(listed, newer);
  const hex = createHash('sha256').update(newer).digest('hex');
  line.upstream.route('images.acme.example/newer.sums', `${hex}  newer.raw.gz\n`);
}

const refusals = [401, 402, 403, 407, 451];

describe.each(refusals)('%i', (status) => {
  test('of the first document is the error if there is no earlier disk', async () => {
    line.upstream.route(index, 'no', { status });
    await expect(line.ensure()).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      exitCode: 4,
      message: expect.stringContaining(`${line.upstream.url}${index}: ${status}`),
      details: { status, url: `${line.upstream.url}${index}` },
    });
  });

  test('of the first document gives the disk of an earlier call, with a warning', async () => {
    const { path } = await line.ensure();
    line.upstream.route(index, 'no', { status });
    const image = await line.ensure();
    expect(image).toMatchObject({ path, origin: 'cache', snapshot: '20260101' });
    expect(image.trust.warnings).toContainEqual({
      code: 'stale',
      message: expect.stringContaining(`${status}`),
    });
    await expect(line.ensure('acme:1', { refresh: true })).rejects.toMatchObject({
      details: { status },
    });
    await expect(line.ensure('acme:latest')).rejects.toMatchObject({ details: { status } });
  });

  test.each(['newer.sums', 'newer.raw.gz'])('of %s of a newer build gives it too', async (name) => {
    const { path } = await line.ensure();
    offerNewer();
    line.upstream.route(`images.acme.example/${name}`, 'no', { status });
    const image = await line.ensure();
    expect(image).toMatchObject({ path, origin: 'cache', snapshot: '20260101' });
    const told = image.trust.warnings.find(({ code }) => code === 'stale');
    expect(told?.message).toContain(`${name}: ${status}`);
    offerNewer();
    expect((await line.ensure()).path).not.toBe(path);
  });
});

test('429 with a wait until tomorrow gives the disk of an earlier call immediately', async () => {
  const headers = { 'retry-after': '86400' };
  line.upstream.route(index, 'no', { status: 429, headers });
  const details = { status: 429, attempts: 1, retryAt: expect.stringMatching(/^\d{4}-/) };
  await expect(line.ensure()).rejects.toMatchObject({ exitCode: 4, details });
  line.offer(build, packed);
  const { path } = await line.ensure();
  line.upstream.route(index, 'no', { status: 429, headers });
  const image = await line.ensure();
  expect(image.path).toBe(path);
  const messages = image.trust.warnings.map(({ message }) => message).join();
  expect(messages).toMatch(/429 .*try again at \d{4}-/);
});

describe('below the required level', () => {
  test.each(refusals)('a list that answers %i is a warning that names it', async (status) => {
    offerNewer();
    line.upstream.route('images.acme.example/newer.sums', 'no', { status });
    await expect(line.ensure()).rejects.toMatchObject({ details: { status } });
    const image = await line.ensure('acme:1', { trust: 'none' });
    expect(image.trust.warnings).toContainEqual({
      code: 'proof-unreachable',
      message: expect.stringContaining(`newer.sums: ${status}`),
    });
  });
});

describe('is never replaced by an earlier disk:', () => {
  const broken: [string, string, object][] = [
    ['HTML', '<!doctype html><title>Sign in</title>', { code: 'ERR_METADATA' }],
    ['JSON that is cut', '[{"release":', { code: 'ERR_METADATA' }],
    ['JSON of another shape', '{"builds":[]}', { exitCode: 4 }],
  ];
  test.each(broken)('%s', async (_, body, error) => {
    await line.ensure();
    line.upstream.route(index, body);
    await expect(line.ensure()).rejects.toMatchObject(error);
  });

  test('a document that is gone', async () => {
    await line.ensure();
    line.upstream.route(index, 'gone', { status: 410 });
    await expect(line.ensure()).rejects.toMatchObject({ details: { status: 410 } });
  });

  test('a redirect to plain http', async () => {
    await line.ensure();
    line.upstream.route(index, (_, response) => {
      response.writeHead(302, { location: 'ftp://elsewhere.example/' });
      response.end();
    });
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_REDIRECT' });
  });

  const identity = makeCertificate();
  test.skipIf(identity === undefined)('a wrong certificate', async () => {
    if (identity === undefined) return;
    const server = await startTlsServer(identity, (request, response) => {
      const body = request.url === '/index.json' ? JSON.stringify([build]) : packed;
      response.end(body);
    });
    try {
      const mirrors = { 'https://images.acme.example/': server.url };
      const options: EnsureOptions = { mirrors, ca: [identity.cert] };
      const { path } = await line.ensure('acme:1', options);
      const wrong = line.ensure('acme:1', { mirrors });
      await expect(wrong).rejects.toMatchObject({
        code: 'ERR_NETWORK',
        exitCode: 4,
        details: { reason: 'tls' },
      });
      const floor = line.ensure('acme:1', { mirrors, trust: 'tls' });
      await expect(floor).rejects.toMatchObject({ details: { reason: 'tls' } });
      await server.close();
      expect(await line.ensure('acme:1', { mirrors })).toMatchObject({ path });
    } finally {
      await server.close().catch(() => {});
    }
  });
});

test('an address of the caller that refuses HEAD and GET gives the earlier disk', async () => {
  const url = 'https://own.example/disk.raw.gz';
  const mirrors = mirrorsFor(line.upstream, ['https://own.example/']);
  line.upstream.route('own.example/disk.raw.gz', packed);
  const { path } = await line.ensure(url, { mirrors });
  line.upstream.route('own.example/disk.raw.gz', 'no', { status: 403 });
  const image = await line.ensure(url, { mirrors });
  expect(image).toMatchObject({ path, origin: 'cache' });
  expect(image.trust.warnings.map(({ message }) => message).join()).toContain('403');
});
