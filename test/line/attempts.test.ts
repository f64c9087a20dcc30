import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import { mirrorsFor, type UpstreamExchangeResponse } from '../../src/testing/upstream.ts';
import { type Line, makeDisk, sha256, startLine } from '../fixtures/line.ts';

const { perAddress, perCall } = vi.hoisted(() => ({ perAddress: 5, perCall: 12 }));

// With the real waits this takes minutes, and the real number of attempts needs as many requests.
vi.mock(import('../../src/http/retry.ts'), async (original) => {
  const module = await original();
  expect(module.defaultTuning.attempts).toBe(perAddress);
  const short = { attemptsPerCall: perCall, backoffBaseMs: 1, backoffCapMs: 2 };
  return { ...module, defaultTuning: { ...module.defaultTuning, ...short } };
});

const packed = gzipSync(makeDisk());
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  sizeBytes: packed.length,
  mirrors: ['https://a.example/acme.raw.gz', 'https://b.example/acme.raw.gz'],
};
const origin = 'images.acme.example/acme.raw.gz';
const places = [origin, 'a.example/acme.raw.gz', 'b.example/acme.raw.gz'];

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

type Respond = (response: UpstreamExchangeResponse, count: number, range: unknown) => void;

/** Serves the image in the same way from all places, or only from the origin, which then has no mirrors. */
function serve(respond: Respond, mirrors = true): void {
  line.offer((mirrors ? build : { ...build, mirrors: [] }) as typeof build, packed);
  let count = 0;
  for (const place of places) {
    line.upstream.route(place, (request, response) => {
      count += 1;
      respond(response, count, request.headers['range']);
    });
  }
}

function ensure(options: EnsureOptions = {}): Promise<unknown> {
  const mirrors = {
    ...line.mirrors,
    ...mirrorsFor(line.upstream, ['https://a.example/', 'https://b.example/']),
  };
  return line.ensure('acme:1', { mirrors, ...options }).catch((error: unknown) => error);
}

/** Number of requests to each place. */
function counts(): number[] {
  const { requests } = line.upstream;
  return places.map((place) => requests.filter(({ path }) => path === `/${place}`).length);
}

const writeSome = (response: UpstreamExchangeResponse, etag: string | undefined) => {
  const headers = { 'content-length': packed.length, ...(etag === undefined ? {} : { etag }) };
  response.writeHead(200, headers);
  response.write(packed.subarray(0, 1000));
  setTimeout(() => response.destroy(), 20);
};

const failures: [what: string, respond: Respond][] = [
  [
    'answers 503',
    (response) => {
      response.writeHead(503);
      response.end();
    },
  ],
  ['resets the connection', (response) => void response.destroy()],
  [
    'cuts every body before its first byte',
    (response) => {
      response.writeHead(200, { 'content-length': packed.length, etag: '"one"' });
      response.flushHeaders();
      setTimeout(() => response.destroy(), 5);
    },
  ],
  ['cuts every body, which nothing recognises', (response) => writeSome(response, undefined)],
  [
    'cuts every body, and has another file each time',
    (response, count) => writeSome(response, `"${count}"`),
  ],
];

describe('a server that fails every time', () => {
  test.each(failures)('and %s is requested N times', async (_, respond) => {
    serve(respond, false);
    const error = await ensure();
    expect(error).toMatchObject({ exitCode: 4, details: { attempts: perAddress } });
    expect(error).not.toMatchObject({ details: { restart: true } });
    expect(counts()).toEqual([perAddress, 0, 0]);
  });

  test.each(failures)('and %s: its mirrors too, M times together', async (_, respond) => {
    serve(respond);
    const error = await ensure();
    expect(error).toMatchObject({ exitCode: 4, details: { attempts: perAddress } });
    expect(counts()).toEqual([perAddress, perAddress, perCall - 2 * perAddress]);
  });

  test('over several connections is requested as often', async () => {
    serve((response) => void response.destroy());
    await ensure({ connections: 4 });
    expect(counts()).toEqual([perAddress, perAddress, perCall - 2 * perAddress]);
  });

  test('after a redirector: each of both is requested N times', async () => {
    serve((response) => {
      response.writeHead(302, { location: `${line.upstream.url}busy` });
      response.end();
    }, false);
    line.upstream.route('busy', '', { status: 503 });
    await ensure();
    const busy = line.upstream.requests.filter(({ path }) => path === '/busy');
    expect([...counts(), busy.length]).toEqual([perAddress, 0, 0, perAddress]);
  });
});

test('a body that arrives slowly is cut M times at most', async () => {
  serve((response, _count, range) => {
    const start = Number(/\d+/.exec(String(range ?? '0'))?.[0]);
    const headers = { 'content-length': packed.length - start, etag: '"one"' };
    const part = { 'content-range': `bytes ${start}-${packed.length - 1}/${packed.length}` };
    response.writeHead(range === undefined ? 200 : 206, { ...headers, ...(range ? part : {}) });
    response.write(packed.subarray(start, start + 100));
    setTimeout(() => response.destroy(), 20);
  });
  const error = await ensure();
  expect(error).toMatchObject({ code: 'ERR_NETWORK', details: { attempts: perCall } });
  expect(counts()).toEqual([perCall, 0, 0]);
});

test('several refused connections leave attempts to the next one', async () => {
  const disk = makeDisk(40 * 1024 ** 2);
  const raw = { layers: ['raw'], digest: sha256(disk), sizeBytes: disk.length, mirrors: [] };
  line.offer({ ...build, ...raw } as never, disk);
  let asked = 0;
  line.upstream.route(origin, (request, response) => {
    const [, from = '0', to = ''] =
      /bytes=(\d+)-(\d*)/.exec(String(request.headers['range'])) ?? [];
    asked += 1;
    if (asked > 1 && to !== '') return void response.destroy();
    const start = Number(from);
    const end = to === '' ? disk.length - 1 : Number(to);
    const range = `bytes ${start}-${end}/${disk.length}`;
    const status = request.headers['range'] === undefined ? 200 : 206;
    response.writeHead(status, {
      etag: '"one"',
      ...(status === 206 && { 'content-range': range }),
    });
    response.end(disk.subarray(start, end + 1));
  });
  expect(await ensure({ connections: 4 })).toMatchObject({ sizeBytes: disk.length });
});

test('a document is requested N times in a call', async () => {
  const { sizeBytes, mirrors, digest, ...rest } = build;
  line.offer({ ...rest, sums: 'SHA256SUMS' } as never, packed);
  line.upstream.route('images.acme.example/SHA256SUMS', 'busy', { status: 503 });
  const error = await ensure();
  expect(error).toMatchObject({ code: 'ERR_HTTP_STATUS', details: { attempts: perAddress } });
  const sums = line.upstream.requests.filter(({ path }) => path.endsWith('SUMS'));
  expect(sums).toHaveLength(perAddress);
});
