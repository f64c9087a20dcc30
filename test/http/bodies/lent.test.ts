import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Body } from '../../../src/http/client.ts';
import { startUpstream, type Upstream } from '../../../src/testing/upstream.ts';
import { client, impatient, mirrorOf, pattern, site } from '../client.ts';
import { makeCertificate, startTlsServer } from '../wire/tls-server.ts';

const MiB = 1024 * 1024;
const bytes = pattern(24 * MiB);
const whole = sha256(bytes);
const disk = new URL(`${site}disk.img`);
let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const http = (options: Parameters<typeof client>[0] = {}) =>
  client({ mirrors: mirrorOf(upstream), ...options });

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Reads a body as a download does, and counts chunks and pieces of memory. */
async function drink(
  body: Body,
  delayMs = 0,
): Promise<Record<'chunks' | 'pieces', number> & { sha256: string }> {
  const hash = createHash('sha256');
  const memory = new Set<ArrayBufferLike>();
  let chunks = 0;
  for await (const chunk of body.chunks) {
    if (delayMs > 0) await pause(delayMs);
    hash.update(chunk);
    memory.add(chunk.buffer);
    chunks += 1;
  }
  return { chunks, pieces: memory.size, sha256: hash.digest('hex') };
}

describe('a long body', () => {
  test('comes in few chunks, in memory that is reused', async () => {
    upstream.route('disk.img', bytes, { etag: '"one"' });
    const { chunks, pieces, sha256 } = await drink(await http().openBody(disk));
    expect(sha256).toBe(whole);
    // With 64 KiB each it would be 384, and the memory would be as large as the body.
    expect(chunks).toBeLessThan(250);
    expect(pieces).toBeLessThan(16);
  });

  test('waits for a slow reader', async () => {
    upstream.route('disk.img', bytes);
    const { chunks, pieces, sha256 } = await drink(await http().openBody(disk), 5);
    expect(sha256).toBe(whole);
    expect(chunks).toBeLessThan(130);
    expect(pieces).toBeLessThan(16);
  });

  test('is correct if its bytes come in tiny pieces', async () => {
    upstream.route('disk.img', async (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 7) % 300_007) {
        response.write(bytes.subarray(at, at + step));
        if (step % 3 === 0) await pause(0);
      }
      response.end();
    });
    expect((await drink(await http().openBody(disk))).sha256).toBe(whole);
  });

  test('that is cut is continued at the first missing byte', async () => {
    const starts: number[] = [];
    const given: number[] = [];
    let length = 0;
    upstream.route('disk.img', (request, response) => {
      const start = Number(/\d+/.exec(String(request.headers['range'] ?? 0))?.[0]);
      starts.push(start);
      given.push(length);
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      const head = { 'content-length': bytes.length - start, etag: '"one"' };
      response.writeHead(start === 0 ? 200 : 206, { ...head, 'content-range': range });
      if (starts.length === 3) return void response.end(bytes.subarray(start));
      response.write(bytes.subarray(start, start + 5 * MiB + 17));
      setTimeout(() => response.destroy(), 300);
    });
    const body = await http().openBody(disk);
    const hash = createHash('sha256');
    for await (const chunk of body.chunks) {
      hash.update(chunk);
      length += chunk.length;
    }
    expect(hash.digest('hex')).toBe(whole);
    expect(body.isContinued()).toBe(true);
    expect(starts).toEqual(given);
    expect(starts).toHaveLength(3);
    expect(starts[2]).toBeGreaterThan(MiB);
  });

  test.each([1.5, 2.9, 3, 3.01])('returns all of %s MiB before it stalls', async (size) => {
    const part = Math.round(size * MiB) + 17;
    const rest = Promise.withResolvers<void>();
    upstream.route('disk.img', async (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, part));
      await rest.promise;
      response.end(bytes.subarray(part));
    });
    let length = 0;
    for await (const chunk of (await http().openBody(disk)).chunks) {
      length += chunk.length;
      if (length === part) rest.resolve();
    }
    expect(length).toBe(bytes.length);
  });

  test('that stalls ends with an error, after the received bytes were returned', async () => {
    upstream.route('disk.img', (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 3 * MiB));
    });
    const body = await http({ tuning: impatient }).openBody(disk);
    let length = 0;
    const reading = (async () => {
      for await (const chunk of body.chunks) length += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_STALLED' });
    expect(length).toBe(3 * MiB);
  });

  test('ends with the reason of an abort', async () => {
    upstream.route('disk.img', (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 3 * MiB));
    });
    const stop = new AbortController();
    const body = await http({ signal: stop.signal }).openBody(disk);
    const reason = new Error('enough');
    setTimeout(() => stop.abort(reason), 100);
    await expect(drink(body)).rejects.toBe(reason);
  });
});

const identity = makeCertificate();
test.skipIf(identity === undefined)(
  'a long body over TLS comes in memory that is reused',
  async () => {
    const listener: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.end(bytes);
    };
    const server = await startTlsServer(identity ?? { key: '', cert: '' }, listener);
    try {
      const http = client({ ca: [identity?.cert ?? ''] });
      const body = await http.openBody(new URL(`${server.url}disk.img`));
      const { chunks, pieces, sha256 } = await drink(body);
      expect(sha256).toBe(whole);
      // A TLS record has 16 KiB: 1,536 chunks.
      expect(chunks).toBeLessThan(400);
      expect(pieces).toBeLessThan(16);
    } finally {
      await server.close();
    }
  },
);
