import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awaitCleanUps } from '../../src/cache/background-work.ts';
import type { EnsureOptions } from '../../src/core.ts';
import type {
  UpstreamExchangeRequest,
  UpstreamExchangeResponse,
} from '../../src/testing/upstream.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

const MiB = 1024 ** 2;
const partBytes = 8 * MiB;

let line: Line;
/** Every 4 KiB differ, so every byte is checked. */
const disk = makeDisk(45 * MiB);
for (let at = 4096; at < disk.length; at += 4096) {
  createHash('sha256').update(String(at)).digest().copy(disk, at);
}
const digest = sha256(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest,
};
const image = 'images.acme.example/acme.raw';
const etag = '"one"';

beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
});
afterEach(() => line.close());

async function expectDisk(options: EnsureOptions = {}): Promise<void> {
  const image = await line.ensure('acme:1', { connections: 4, ...options });
  expect(await sha256File(image.path)).toBe(digest);
  await awaitCleanUps();
  expect(await readdir(join(line.cacheDir, 'images-v1', '.staging'))).toEqual([]);
}

const asked = () => line.upstream.requests.filter(({ path }) => path === `/${image}`);
const ranges = () => asked().map(({ headers }) => headers['range']);
const rangeOf = (start: number, end = start + partBytes) =>
  `bytes=${start}-${Math.min(end, disk.length) - 1}`;
/** The ranges that four connections request, in the order of the file. */
const allParts = [0, 1, 2, 3, 4, 5].map((part) => rangeOf(part * partBytes));

/** Reads `Range: bytes=a-b`; the whole file if there is none. */
function wanted(request: UpstreamExchangeRequest): { start: number; end: number } {
  const [, a, b] = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers['range'])) ?? [];
  return { start: Number(a ?? 0), end: b ? Number(b) + 1 : disk.length };
}

function answerPart(request: UpstreamExchangeRequest, response: UpstreamExchangeResponse): void {
  const { start, end } = wanted(request);
  if (request.headers['range'] === undefined) {
    response.writeHead(200, { 'content-length': disk.length, etag });
    response.end(disk);
    return;
  }
  const range = `bytes ${start}-${end - 1}/${disk.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': end - start, etag });
  response.end(disk.subarray(start, end));
}

describe('several connections', () => {
  test('download a file part by part from a server that is slow for each', async () => {
    line.upstream.route(image, disk, { bytesPerSecond: 40 * MiB, etag });
    await expectDisk();
    expect(ranges().toSorted(byStart)).toEqual(allParts);
    const conditions = new Set(asked().map(({ headers }) => headers['if-range']));
    expect(conditions).toEqual(new Set([undefined, etag]));
  });

  test('are as many as requested, in parallel', async () => {
    let now = 0;
    let most = 0;
    const four = Promise.withResolvers<void>();
    line.upstream.route(image, async (request, response) => {
      now += 1;
      most = Math.max(most, now);
      if (now === 4) four.resolve();
      // The first answer is needed before the others can be requested.
      if (wanted(request).start > 0) await four.promise;
      else {
        const range = `bytes 0-${partBytes - 1}/${disk.length}`;
        response.writeHead(206, { 'content-range': range, 'content-length': partBytes, etag });
        response.write(disk.subarray(0, 1000));
        await four.promise;
        response.end(disk.subarray(1000, partBytes));
        now -= 1;
        return;
      }
      answerPart(request, response);
      now -= 1;
    });
    await expectDisk();
    expect(most).toBe(4);
    expect(ranges().toSorted(byStart)).toEqual(allParts);
  });

  test('begin no part farther ahead than the number of running parts', async () => {
    const gate = Promise.withResolvers<void>();
    line.upstream.route(image, async (request, response) => {
      if (wanted(request).start > 0) return answerPart(request, response);
      const range = `bytes 0-${partBytes - 1}/${disk.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': partBytes, etag });
      response.write(disk.subarray(0, 1000));
      await gate.promise;
      response.end(disk.subarray(1000, partBytes));
    });
    const call = expectDisk({ connections: 2 });
    const staged = join(line.cacheDir, 'images-v1', '.staging');
    await vi.waitFor(
      async () => {
        const [name = ''] = await readdir(staged);
        const bytes = await readFile(join(staged, name, 'download'));
        expect(sha256(bytes.subarray(partBytes))).toBe(
          sha256(disk.subarray(partBytes, 3 * partBytes)),
        );
      },
      { timeout: 20_000, interval: 50 },
    );
    // The first part has begun, so a third may be downloaded; no reader has requested more.
    expect(ranges().toSorted(byStart)).toEqual(allParts.slice(0, 3));
    gate.resolve();
    await call;
    expect(ranges().toSorted(byStart)).toEqual(allParts);
  });

  test('are one by default, and one request then downloads the whole file', async () => {
    await expectDisk({ connections: undefined });
    expect(ranges()).toEqual([undefined]);
  });

  test.each([0, 17, 1.5, Number.NaN, '4'])('%s of them are refused', async (connections) => {
    const call = line.ensure('acme:1', { connections: connections as number });
    await expect(call).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { field: 'connections' },
    });
  });

  test('continue a cut part by itself', async () => {
    let cut = false;
    line.upstream.route(image, (request, response) => {
      const { start, end } = wanted(request);
      if (start !== 2 * partBytes || cut) return answerPart(request, response);
      cut = true;
      const range = `bytes ${start}-${end - 1}/${disk.length}`;
      response.writeHead(206, { 'content-range': range, 'content-length': end - start, etag });
      response.write(disk.subarray(start, start + 1000));
      setTimeout(() => response.destroy(), 50);
    });
    await expectDisk();
    // The amount before the cut depends on the network.
    const starts = ranges().map((range) => Number(/\d+/.exec(String(range))?.[0]));
    const again = starts.filter((start) => start >= 2 * partBytes && start < 3 * partBytes);
    expect(again).toHaveLength(2);
  });
});

describe('one connection takes over', () => {
  test('if the server supports no ranges', async () => {
    line.upstream.route(image, (_request, response) => {
      response.writeHead(200, { 'content-length': disk.length, etag });
      response.end(disk);
    });
    await expectDisk();
    expect(ranges()).toEqual([allParts[0]]);
  });

  test('if the file has no strong validator', async () => {
    line.upstream.route(image, disk, { etag: 'W/"one"', lastModified: false });
    await expectDisk();
    expect(ranges()).toEqual([allParts[0], undefined]);
  });

  const refusals: [what: string, respond: (response: UpstreamExchangeResponse) => void][] = [
    [
      'refuses the others',
      (response) => {
        response.statusCode = 403;
        response.end('one at a time');
      },
    ],
    [
      'sends the whole to the others',
      (response) => {
        response.writeHead(200, { etag });
        response.end(disk);
      },
    ],
    [
      'has another file for the others',
      (response) => {
        const range = `bytes ${partBytes}-${2 * partBytes - 1}/${disk.length}`;
        response.writeHead(206, { 'content-range': range, etag: '"two"' });
        response.end(disk.subarray(partBytes, 2 * partBytes));
      },
    ],
  ];
  test.each(refusals)('if the server %s', async (_what, respond) => {
    let parts = 0;
    line.upstream.route(image, (request, response) => {
      const { start, end } = wanted(request);
      const isRest = end === disk.length && start < 5 * partBytes;
      if (!isRest) parts += 1;
      if (isRest || parts === 1) answerPart(request, response);
      else respond(response);
    });
    await expectDisk();
    expect(ranges()[0]).toBe(allParts[0]);
    // The rest in one request, which is the whole file if no byte had arrived.
    expect(ranges().at(-1) ?? 'bytes=0-').toMatch(/^bytes=\d+-$/);
  });
});

test('a download of several connections is continued by the next call', async () => {
  // The second part hangs, so the file has later parts after a hole.
  line.upstream.route(image, (request, response) => {
    const { start, end } = wanted(request);
    if (start !== partBytes) return answerPart(request, response);
    const range = `bytes ${start}-${end - 1}/${disk.length}`;
    response.writeHead(206, { 'content-range': range, 'content-length': end - start, etag });
    response.write(disk.subarray(start, start + 1000));
  });
  const controller = new AbortController();
  const call = line.ensure('acme:1', { connections: 3, signal: controller.signal });
  call.catch(() => {});
  const staged = join(line.cacheDir, 'images-v1', '.staging');
  await vi.waitFor(
    async () => {
      const [name = ''] = await readdir(staged);
      const note = JSON.parse(await readFile(join(staged, name, 'download.json'), 'utf8'));
      expect(note.readyBytes).toBeGreaterThanOrEqual(partBytes);
      expect((await readFile(join(staged, name, 'download'))).length).toBe(5 * partBytes);
    },
    { timeout: 20_000, interval: 50 },
  );
  controller.abort();
  await expect(call).rejects.toThrow();
  line.upstream.requests.length = 0;
  line.upstream.route(image, disk, { etag });
  await expectDisk();
  const starts = ranges().map((range) => Number(/\d+/.exec(String(range))?.[0]));
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(partBytes);
  expect(Math.min(...starts)).toBeLessThan(2 * partBytes);
});

test('pieces are checked, and a bad one is fetched from the next address', async () => {
  const lengthBytes = 3 * MiB;
  const digests = Array.from({ length: Math.ceil(disk.length / lengthBytes) }, (_, i) =>
    sha256(disk.subarray(i * lengthBytes, (i + 1) * lengthBytes)),
  );
  const mirrors = [`https://${image}?mirror`];
  const bad = Buffer.from(disk).fill(1, 20 * MiB, 20 * MiB + 100);
  line.offer({ ...build, mirrors, pieces: { lengthBytes, digests } } as typeof build, disk);
  line.upstream.route(image, bad, { etag });
  line.upstream.route(`${image}?mirror`, disk);
  await expectDisk();
  const last = line.upstream.requests.at(-1);
  expect(last?.path).toContain('?mirror');
  expect(last?.headers['range']).toBe(`bytes=${18 * MiB}-`);
});

function byStart(a: unknown, b: unknown): number {
  const start = (range: unknown) => Number(/\d+/.exec(String(range))?.[0]);
  return start(a) - start(b);
}
