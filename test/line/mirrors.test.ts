import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createRootdisk,
  type EnsuredImage,
  type EnsureOptions,
  type LogEntry,
} from '../../src/core.ts';
import type { Artifact, Vendor } from '../../src/kit.ts';
import {
  mirrorsFor,
  type UpstreamExchangeRequest,
  type UpstreamExchangeResponse,
} from '../../src/testing/upstream.ts';
import { acme } from '../fixtures/acme.ts';
import { cutWhenStored } from '../fixtures/cut-when-stored.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const packed = gzipSync(disk);
const half = packed.length >> 1;
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  sizeBytes: packed.length,
  mirrors: ['https://a.example/pub/acme.raw.gz', 'https://b.example/pub/acme.raw.gz?token=secret'],
};
const { digest: _, ...bare } = build;
const origin = 'images.acme.example/acme.raw.gz';
const mirrorA = 'a.example/pub/acme.raw.gz';
const mirrorB = 'b.example/pub/acme.raw.gz';
const logged: LogEntry[] = [];

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
  line.upstream.route(mirrorA, packed);
  line.upstream.route(mirrorB, packed);
  logged.length = 0;
});
afterEach(() => line.close());

function ensure(options: EnsureOptions = {}): Promise<EnsuredImage> {
  const mirrors = {
    ...line.mirrors,
    ...mirrorsFor(line.upstream, ['https://a.example/', 'https://b.example/']),
  };
  return line.ensure('acme:1', { mirrors, log: (entry) => logged.push(entry), ...options });
}

const refuse = (path: string, status = 404) => line.upstream.route(path, 'no', { status });

/** The addresses of the image requests, with the ranges. */
function asked(): string[] {
  return line.upstream.requests.flatMap(({ path, headers }) => {
    const host = path.split('/')[1] ?? '';
    if (!path.includes('acme.raw.gz')) return [];
    return [`${host.replace('.acme.example', '')} ${headers['range'] ?? 'all'}`];
  });
}

function failuresIn({ trust }: EnsuredImage): string[] {
  return trust.warnings
    .filter(({ code }) => code === 'mirror-failed')
    .map(({ message }) => message);
}

test('mirrors are not used while the origin answers', async () => {
  const image = await ensure();
  expect(asked()).toEqual(['images all']);
  expect(failuresIn(image)).toEqual([]);
});

test('they are used in order, and failures are reported', async () => {
  refuse(origin);
  refuse(mirrorA, 403);
  const image = await ensure();
  expect(await sha256File(image.path)).toBe(sha256(disk));
  expect(asked()).toEqual(['images all', 'a.example all', 'b.example all']);
  expect(failuresIn(image)).toMatchObject([
    expect.stringMatching(/b\.example\/pub.* because https:\/\/images\.acme\.example.*404/),
    expect.stringMatching(/b\.example\/pub.* because https:\/\/a\.example.*403/),
  ]);
  const warned = logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
  expect(warned.filter((message) => message.includes('cannot be used'))).toHaveLength(2);
  expect(JSON.stringify([warned, image.trust.warnings])).not.toContain('secret');
  // The origin decides what the disk is and where it comes from.
  expect(image.url).toBe('https://images.acme.example/acme.raw.gz');
});

test('if all of them fail the error is that of the origin, without the warning mirror-failed', async () => {
  refuse(origin, 410);
  refuse(mirrorA);
  refuse(mirrorB);
  const warnings: string[] = [];
  const call = ensure({
    onProgress: (event) => {
      if (event.type === 'warning') warnings.push(event.warning.code);
    },
  });
  await expect(call).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS', details: { status: 410 } });
  expect(warnings).not.toContain('mirror-failed');
});

test('one over plain http is skipped', async () => {
  line.offer({ ...build, mirrors: ['http://plain.example/acme.raw.gz', ...build.mirrors] }, packed);
  refuse(origin);
  const image = await ensure();
  expect(failuresIn(image)).toHaveLength(2);
  expect(asked()).toEqual(['images all', 'a.example all']);
});

test('digests are requested only from the origin, whichever server has the image', async () => {
  const sums = `${sha256(packed).slice(7)}  ${build.file}\n`;
  line.offer({ ...bare, sums: 'SHA256SUMS' } as never, packed);
  line.upstream.route('images.acme.example/SHA256SUMS', sums);
  refuse(origin);
  await ensure();
  const from = () =>
    line.upstream.requests.flatMap(({ path }) => (path.endsWith('SUMS') ? [path] : []));
  expect(from()).toEqual(['/images.acme.example/SHA256SUMS']);
  // If the origin has none any more, those of a mirror do not count.
  line.offer({ ...bare, sums: 'NEW-SHA256SUMS', snapshot: '20260202' } as never, packed);
  line.upstream.route('a.example/pub/NEW-SHA256SUMS', sums);
  await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
  expect(new Set(from().map((path) => path.split('/')[1]))).toEqual(
    new Set(['images.acme.example']),
  );
});

describe('digests decide', () => {
  const other = gzipSync(makeDisk(4 * 1024 ** 2, 8));

  test('wrong bytes of a mirror are an error, and no other mirror is used', async () => {
    line.offer({ ...build, sizeBytes: undefined } as never, packed);
    refuse(origin);
    line.upstream.route(mirrorA, other);
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST', exitCode: 5 });
    expect(asked()).toEqual(['images all', 'a.example all']);
  });

  test('another length is an error too', async () => {
    refuse(origin);
    line.upstream.route(mirrorA, Buffer.concat([packed, packed]));
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_SIZE', exitCode: 5 });
    expect(asked()).toEqual(['images all', 'a.example all']);
  });

  test('without a digest mirrors are not used', async () => {
    line.offer(bare as never, packed);
    refuse(origin);
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    expect(asked()).toEqual(['images all']);
  });
});

describe('an address that fails in the middle', () => {
  function cutThen404(path: string, headers: Record<string, string> = { etag: '"one"' }): void {
    let tries = 0;
    line.upstream.route(path, (_request, response) => {
      tries += 1;
      response.statusCode = tries === 1 ? 200 : 404;
      if (tries > 1) return void response.end('gone');
      response.writeHead(200, { 'content-length': packed.length, ...headers });
      response.write(packed.subarray(0, half));
      void cutWhenStored(line, response, half);
    });
  }

  test('is followed by the next one, from the first missing byte', async () => {
    cutThen404(origin);
    const image = await ensure();
    expect(await sha256File(image.path)).toBe(sha256(disk));
    const rest = `bytes=${half}-`;
    expect(asked()).toEqual(['images all', `images ${rest}`, `a.example ${rest}`]);
    expect(line.upstream.requests.at(-1)?.headers['if-range']).toBeUndefined();
    expect(failuresIn(image)).toHaveLength(1);
  });

  test('and by bytes of another file: one clean retry, then an error', async () => {
    const other = Buffer.from(packed).fill(7, half + 10, half + 20);
    cutThen404(origin);
    line.upstream.route(mirrorA, other);
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    // Now the origin answers 404, and the whole file is requested from the mirror.
    expect(asked().slice(2)).toEqual([`a.example bytes=${half}-`, 'images all', 'a.example all']);
  });

  test('and by a file of another length: nothing is joined', async () => {
    cutThen404(origin);
    line.upstream.route(mirrorA, packed.subarray(0, -1));
    const image = await ensure().catch((error: unknown) => error);
    expect(image).toMatchObject({ code: 'ERR_SIZE' });
  });

  test('leaves its bytes for the next call, which continues at the same address', async () => {
    cutThen404(origin);
    refuse(mirrorA);
    refuse(mirrorB);
    await expect(ensure()).rejects.toMatchObject({ details: { status: 404 } });
    line.upstream.requests.length = 0;
    line.upstream.route(origin, packed, { etag: '"one"' });
    const image = await ensure();
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(asked()).toEqual([`images bytes=${half}-`]);
  });

  test('at a mirror is continued there by the next call', async () => {
    refuse(origin);
    cutThen404(mirrorA);
    refuse(mirrorB);
    await expect(ensure()).rejects.toMatchObject({ details: { status: 404 } });
    line.upstream.requests.length = 0;
    line.upstream.route(mirrorA, packed, { etag: '"one"' });
    await ensure();
    expect(asked()).toEqual([`a.example bytes=${half}-`]);
    expect(line.upstream.requests.at(-1)?.headers['if-range']).toBe('"one"');
  });
});

describe('pieces', () => {
  const lengthBytes = 50_000;
  const digests = Array.from({ length: Math.ceil(packed.length / lengthBytes) }, (_, i) => {
    const piece = packed.subarray(i * lengthBytes, (i + 1) * lengthBytes);
    return `sha256:${createHash('sha256').update(piece).digest('hex')}`;
  });
  const pieced = { ...build, pieces: { lengthBytes, digests } };
  const bad = Buffer.from(packed).fill(9, 2 * lengthBytes + 5, 2 * lengthBytes + 15);

  test('that are correct change nothing', async () => {
    line.offer(pieced, packed);
    expect(await sha256File((await ensure()).path)).toBe(sha256(disk));
    expect(asked()).toEqual(['images all']);
  });

  test('a bad one is fetched again from the next address, and its server is dropped', async () => {
    line.offer(pieced, bad);
    const image = await ensure();
    expect(await sha256File(image.path)).toBe(sha256(disk));
    expect(asked()).toEqual(['images all', `a.example bytes=${2 * lengthBytes}-`]);
    expect(failuresIn(image)).toMatchObject([expect.stringContaining('100000 to 150000')]);
  });

  test('a bad last one too', async () => {
    line.offer(pieced, Buffer.from(packed).fill(9, packed.length - 3));
    const image = await ensure();
    expect(await sha256File(image.path)).toBe(sha256(disk));
    const last = (digests.length - 1) * lengthBytes;
    expect(asked()).toEqual(['images all', `a.example bytes=${last}-`]);
  });

  test('they decide if there is no digest', async () => {
    line.offer({ ...bare, pieces: pieced.pieces } as never, bad);
    expect(await sha256File((await ensure()).path)).toBe(sha256(disk));
  });

  test('that are bad everywhere are an error, and no file stays', async () => {
    line.offer(pieced, bad);
    line.upstream.route(mirrorA, bad);
    line.upstream.route(mirrorB, bad);
    const error = await ensure().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_DIGEST', details: { reason: 'piece-mismatch' } });
    expect(await line.visible()).toEqual([]);
  });

  test.each([
    ['fewer', digests.slice(1)],
    ['more', [...digests, ...digests]],
  ])('%s than the file has are an error', async (_, list) => {
    line.offer({ ...pieced, mirrors: [], pieces: { lengthBytes, digests: list } }, packed);
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
  });

  test('a download is continued at the beginning of a piece', async () => {
    line.offer(pieced, packed);
    const serve = (request: UpstreamExchangeRequest, response: UpstreamExchangeResponse) => {
      response.statusCode = 404;
      if (request.headers['range'] !== undefined) return void response.end('gone');
      response.writeHead(200, { 'content-length': packed.length, etag: '"one"' });
      response.write(packed.subarray(0, 3 * lengthBytes + 100));
      void cutWhenStored(line, response, 3 * lengthBytes + 100);
    };
    line.upstream.route(origin, serve);
    refuse(mirrorA);
    refuse(mirrorB);
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    line.upstream.requests.length = 0;
    line.upstream.route(origin, packed, { etag: '"one"' });
    expect(await sha256File((await ensure()).path)).toBe(sha256(disk));
    // The amount before the cut depends on the network; the place of the continuation does not.
    const [, start] = /^images bytes=(\d+)-$/.exec(asked().join()) ?? [];
    expect(Number(start)).toBeGreaterThan(0);
    expect(Number(start) % lengthBytes).toBe(0);
  });
});

describe('pieces from an earlier call', () => {
  const lengthBytes = 50_000;
  const there = 3 * lengthBytes;
  const digests = Array.from({ length: Math.ceil(packed.length / lengthBytes) }, (_, i) =>
    sha256(packed.subarray(i * lengthBytes, (i + 1) * lengthBytes)),
  );

  beforeEach(async () => {
    line.offer({ ...bare, mirrors: [], pieces: { lengthBytes, digests } } as never, packed);
    line.upstream.route(origin, (request, response) => {
      response.statusCode = 404;
      if (request.headers['range'] !== undefined) return void response.end('gone');
      response.writeHead(200, { 'content-length': packed.length, etag: '"one"' });
      response.write(packed.subarray(0, there));
      void cutWhenStored(line, response, there);
    });
    await expect(ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    line.upstream.requests.length = 0;
    line.upstream.route(origin, packed, { etag: '"one"' });
  });

  test.each([0, 1, 2])(
    'are checked again: those after a bad one, number %i, are fetched',
    async (bad) => {
      const staging = join(line.cacheDir, 'images-v1', '.staging');
      const [name = ''] = await readdir(staging);
      const download = join(staging, name, 'download');
      const bytes = await readFile(download);
      expect(bytes).toHaveLength(there);
      bytes.fill(9, bad * lengthBytes + 10, bad * lengthBytes + 20);
      await writeFile(download, bytes);
      const retries: string[] = [];
      const image = await ensure({
        onProgress: (event) => {
          if (event.type === 'retry') retries.push(event.reason);
        },
      });
      expect(await sha256File(image.path)).toBe(sha256(disk));
      expect(asked()).toEqual([bad === 0 ? 'images all' : `images bytes=${bad * lengthBytes}-`]);
      expect(retries).toEqual([]);
    },
  );
});

test.each([
  { mirrors: 'https://a.example/' },
  { mirrors: ['https://a.example/'] },
  { mirrors: [new URL('ftp://a.example/')] },
  { pieces: null },
  { pieces: { lengthBytes: 0, digests: [sha256(packed)] } },
  { pieces: { lengthBytes: 1.5, digests: [sha256(packed)] } },
  { pieces: { lengthBytes: 10, digests: [] } },
  { pieces: { lengthBytes: 10, digests: ['md5:00'] } },
  { pieces: { lengthBytes: 10, digests: [7] } },
])('a vendor that answers with %j gets an error', async (fault) => {
  const broken: Vendor = {
    ...acme,
    async resolve(request, context) {
      const resolution = await acme.resolve(request, context);
      return { ...resolution, disk: [{ ...resolution.disk[0], ...fault } as Artifact] };
    },
  };
  const { cacheDir, mirrors } = line;
  const call = createRootdisk({ ...parts, vendors: [broken] }).ensureImage('acme:1', {
    arch: 'amd64',
    cacheDir,
    mirrors,
  });
  await expect(call).rejects.toMatchObject({ code: 'ERR_PLUGIN', exitCode: 8 });
});
