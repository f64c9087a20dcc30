import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { client, collect, mirrorOf, site } from './client.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

const plain = Buffer.from('a disk, or a list of digests\n'.repeat(50));
const zipped = gzipSync(plain);
const neutral = ['', 'identity', 'aws-chunked', 'binary', 'none', 'AWS-Chunked, identity', 'utf-8'];

function serve(name: string, bytes: Uint8Array, encoding: string): void {
  upstream.route(name, (_, response) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length });
    response.end(bytes);
  });
}
const http = () => client({ mirrors: mirrorOf(upstream), tuning: { attempts: 1 } });
const file = async (name: string, expectedBytes?: number) =>
  Buffer.from(
    await collect((await http().openBody(new URL(site + name), { expectedBytes })).chunks),
  );
const document = async (name: string) =>
  Buffer.from((await http().metadata.get(site + name)).bytes);

describe('a file arrives as it is stored', () => {
  test.each(neutral)('with the encoding "%s", which does not change it', async (encoding) => {
    serve('disk.img', plain, encoding);
    expect(await file('disk.img')).toEqual(plain);
  });

  test.each([
    ['disk.raw.gz', zipped, 'gzip'],
    ['disk.raw.gz', zipped, 'x-gzip'],
    ['disk.tgz', zipped, 'aws-chunked,gzip'],
    ['disk.raw.zst', zstdCompressSync(plain), 'zstd'],
    ['disk.raw.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'x-xz'],
    ['disk.raw.bz2', Buffer.from('BZh9'), 'x-bzip2'],
  ])('%s, which is itself compressed', async (name, bytes, encoding) => {
    serve(name, bytes, encoding);
    expect(await file(name)).toEqual(bytes);
  });

  test('if its first bytes are not compressed at all', async () => {
    serve('disk.img', plain, 'gzip');
    expect(await file('disk.img')).toEqual(plain);
  });

  test.each(['gzip', 'br', 'rot13'])('if its length is correct: %s', async (encoding) => {
    serve('disk.img', zipped, encoding);
    expect(await file('disk.img', zipped.length)).toEqual(zipped);
  });

  test('also if an interruption is continued', async () => {
    const headers = { 'content-encoding': 'x-gzip', etag: '"one"' };
    upstream.route('disk.raw.gz', (request, response) => {
      const range = /^bytes=(\d+)-/.exec(String(request.headers['range'] ?? ''));
      const from = Number(range?.[1] ?? 0);
      const rest = zipped.subarray(from);
      const part = range && {
        'content-range': `bytes ${from}-${zipped.length - 1}/${zipped.length}`,
      };
      response.writeHead(range ? 206 : 200, { ...headers, ...part, 'content-length': rest.length });
      if (range) response.end(rest);
      else {
        response.write(rest.subarray(0, 20));
        setImmediate(() => response.destroy());
      }
    });
    const call = client({ mirrors: mirrorOf(upstream) });
    const body = await call.openBody(new URL(`${site}disk.raw.gz`));
    expect(Buffer.from(await collect(body.chunks))).toEqual(zipped);
    expect(body.isContinued()).toBe(true);
  });
});

describe('a file that was changed on the way is refused', () => {
  test.each([
    ['disk.img', zipped, 'gzip'],
    ['disk.img', zipped, 'x-gzip'],
    ['disk.raw.xz', zipped, 'gzip'],
    ['disk.raw.gz', gzipSync(zipped), 'gzip'],
    ['disk.img', brotliCompressSync(plain), 'br'],
    ['disk.img', plain, 'rot13'],
  ])('%s', async (name, bytes, encoding) => {
    serve(name, bytes, encoding);
    await expect(file(name)).rejects.toMatchObject({ details: { field: 'content-encoding' } });
  });
});

describe('a document', () => {
  test.each(neutral)('with the encoding "%s" is read unchanged', async (encoding) => {
    serve('SHA256SUMS', plain, encoding);
    expect(await document('SHA256SUMS')).toEqual(plain);
  });

  test.each([
    ['gzip', zipped],
    ['x-gzip', zipped],
    ['aws-chunked,gzip', zipped],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['gzip', plain],
  ])('that comes as %s is unpacked if it is compressed', async (encoding, bytes) => {
    serve('SHA256SUMS', bytes, encoding);
    expect(await document('SHA256SUMS')).toEqual(plain);
  });

  test('that is stored as .gz stays so, and is unpacked if it was compressed once more', async () => {
    serve('list.gz', zipped, 'x-gzip');
    expect(await document('list.gz')).toEqual(zipped);
    serve('list.gz', gzipSync(zipped), 'gzip');
    expect(await document('list.gz')).toEqual(zipped);
  });

  test('with damaged compression is refused', async () => {
    serve('SHA256SUMS', zipped.subarray(0, 40), 'gzip');
    const damaged = { code: 'ERR_METADATA', message: expect.stringContaining('damaged') };
    await expect(document('SHA256SUMS')).rejects.toMatchObject(damaged);
  });

  test('that unpacks to more than its limit is refused', async () => {
    serve('bomb', gzipSync(Buffer.alloc(4 << 20)), 'gzip');
    const reading = http().metadata.get(`${site}bomb`, { maxBytes: 1 << 20 });
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_METADATA',
      hint: expect.stringContaining('limits.metadataBytes'),
    });
  });
});
