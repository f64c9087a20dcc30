import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awaitCleanUps } from '../../src/cache/background-work.ts';
import type { EnsureOptions, ProgressEvent } from '../../src/core.ts';
import type { RouteOptions } from '../../src/testing/upstream.ts';
import { cutWhenStored } from '../fixtures/cut-when-stored.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const packed = gzipSync(disk);
const part = Math.round(packed.length * 0.75);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const { digest: _, ...bare } = build;
const image = 'images.acme.example/acme.raw.gz';
const etag = '"one"';
const program = fileURLToPath(new URL('../fixtures/ensure-once.ts', import.meta.url));

beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

/** Offers the image, but only its beginning ever arrives. */
function offerPart(about: object = build, headers: Record<string, string> = { etag }): void {
  line.offer(about as typeof build, packed);
  line.upstream.route(image, (_request, response) => {
    response.writeHead(200, { 'content-length': packed.length, ...headers });
    response.write(packed.subarray(0, part));
  });
}

/** Offers all of it, as a server with range support. */
function offerWhole(options: RouteOptions = {}, bytes: Uint8Array = packed): void {
  line.upstream.route(image, bytes, { etag, ...options });
}

/** The files in the only staging folder; empty if there is none. */
async function staged(): Promise<string[]> {
  const folders = await readdir(stagingDir()).catch(() => []);
  expect(folders.length).toBeLessThan(2);
  return folders[0] === undefined ? [] : (await readdir(join(stagingDir(), folders[0]))).sort();
}
const stagingDir = () => join(line.cacheDir, 'images-v1', '.staging');
async function stagedPath(file: string): Promise<string> {
  const [folder = ''] = await readdir(stagingDir());
  return join(stagingDir(), folder, file);
}
async function partIsThere(bytes = part): Promise<void> {
  await vi.waitFor(
    async () => expect((await stat(await stagedPath('download'))).size).toBe(bytes),
    {
      timeout: 20_000,
      interval: 20,
    },
  );
}

/** A call that is aborted when most of the image has arrived. */
async function fetchPart(options: EnsureOptions = {}, bytes = part): Promise<void> {
  const controller = new AbortController();
  const reason = new Error('stop');
  const call = line.ensure('acme:1', { ...options, signal: controller.signal });
  call.catch(() => {});
  await partIsThere(bytes);
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  expect(await line.visible()).toEqual([]);
  line.upstream.requests.length = 0;
}

/** The ranges of all requests for the image so far. */
const ranges = () =>
  line.upstream.requests
    .filter(({ path }) => path === `/${image}`)
    .map(({ headers }) => headers['range']);
const rest = `bytes=${part}-`;

async function expectDisk(options: EnsureOptions = {}): Promise<void> {
  expect(await sha256File((await line.ensure('acme:1', options)).path)).toBe(sha256(disk));
  await awaitCleanUps();
  expect(await readdir(stagingDir())).toEqual([]);
}

test('the next call continues the download of a killed process', async () => {
  offerPart();
  const { cacheDir, mirrors } = line;
  const start = () =>
    spawn(process.execPath, [program, 'acme:1', cacheDir, JSON.stringify(mirrors)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
  const child = start();
  await partIsThere();
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  expect(await staged()).toContain('download.json');
  offerWhole();
  const [code] = await once(start(), 'exit');
  expect(code).toBe(0);
  expect(ranges()).toEqual([undefined, rest]);
  expect(line.upstream.requests.at(-1)?.headers['if-range']).toBe(etag);
  const [name = ''] = await line.visible();
  expect(await sha256File(join(cacheDir, 'images-v1', name))).toBe(sha256(disk));
  await awaitCleanUps();
  expect(await readdir(stagingDir())).toEqual([]);
});

describe('an interrupted download', () => {
  test('by an abort leaves only itself, and is continued', async () => {
    offerPart();
    await fetchPart();
    expect(await staged()).toEqual(['download', 'download.json']);
    offerWhole();
    const events: ProgressEvent[] = [];
    await expectDisk({ onProgress: (event) => events.push(event) });
    expect(ranges()).toEqual([rest]);
    const fetched = events.flatMap((event) => (event.type === 'fetch' ? [event.bytes] : []));
    expect(fetched[0]).toBe(part);
    expect(fetched.at(-1)).toBe(packed.length);
  });

  test('by the server is continued by the next call', async () => {
    offerPart();
    let tries = 0;
    line.upstream.route(image, (_request, response) => {
      tries += 1;
      response.writeHead(tries === 1 ? 200 : 404, { 'content-length': packed.length, etag });
      response.write(packed.subarray(0, part));
      void cutWhenStored(line, response, part);
    });
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
    expect(await staged()).toEqual(['download', 'download.json']);
    line.upstream.requests.length = 0;
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([rest]);
  });

  test('is continued if only TLS proves it', async () => {
    offerPart(bare);
    await fetchPart();
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([rest]);
  });

  test('from before a restart of the machine is not continued if only TLS proves it', async () => {
    offerPart(bare);
    await fetchPart();
    await utimes(await stagedPath('download.json'), 1, 1);
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([undefined]);
  });

  test('from before a restart of the machine is continued if a digest decides', async () => {
    offerPart();
    await fetchPart();
    await utimes(await stagedPath('download.json'), 1, 1);
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([rest]);
  });

  test('is decoded before the server has answered', async () => {
    const raw = { ...build, layers: ['raw'], digest: sha256(disk) };
    const part = 3 * 1024 ** 2;
    line.offer(raw, disk);
    const headers = { 'content-length': disk.length, etag };
    line.upstream.route(image, (_request, response) => {
      response.writeHead(200, headers);
      response.write(disk.subarray(0, part));
    });
    await fetchPart({}, part);
    const decoded = Promise.withResolvers<void>();
    line.upstream.route(image, async (_request, response) => {
      await decoded.promise;
      const range = `bytes ${part}-${disk.length - 1}/${disk.length}`;
      response.writeHead(206, { 'content-range': range, etag });
      response.end(disk.subarray(part));
    });
    await expectDisk({
      onProgress: (event) => {
        if (event.type === 'decode' && event.bytes > 0) decoded.resolve();
      },
    });
  });

  test('is continued under decode: after-verify too', async () => {
    offerPart();
    await fetchPart({ decode: 'after-verify' });
    offerWhole();
    await expectDisk({ decode: 'after-verify' });
    expect(ranges()).toEqual([rest]);
  });

  test('after its last byte requests only that byte', async () => {
    offerPart();
    await fetchPart();
    await writeFile(await stagedPath('download'), packed);
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([`bytes=${packed.length - 1}-`]);
  });

  test('can be interrupted again and again', async () => {
    offerPart();
    await fetchPart();
    const more = part + 1000;
    line.upstream.route(image, (_request, response) => {
      const range = `bytes ${part}-${packed.length - 1}/${packed.length}`;
      response.writeHead(206, { 'content-range': range, etag });
      response.write(packed.subarray(part, more));
    });
    const controller = new AbortController();
    const call = line.ensure('acme:1', { signal: controller.signal });
    call.catch(() => {});
    await partIsThere(more);
    controller.abort();
    await expect(call).rejects.toThrow();
    line.upstream.requests.length = 0;
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([`bytes=${more}-`]);
  });
});

describe('a download starts again from byte 0', () => {
  const other = gzipSync(makeDisk(4 * 1024 ** 2, 5));

  test('if the file has changed since', async () => {
    offerPart();
    await fetchPart();
    line.offer({ ...build, digest: sha256(other) }, other);
    offerWhole({ etag: '"two"' }, other);
    const { path } = await line.ensure();
    expect(await sha256File(path)).toBe(sha256(makeDisk(4 * 1024 ** 2, 5)));
    expect(ranges()).toEqual([rest, undefined]);
  });

  const answers: [what: string, status: number, range: string | undefined][] = [
    ['when the server takes no ranges', 200, undefined],
    ['when the server refuses the range', 416, undefined],
    ['when another range comes', 206, `bytes ${part - 1}-${packed.length - 1}/${packed.length}`],
    ['when the length is another', 206, `bytes ${part}-${packed.length}/${packed.length + 1}`],
  ];
  test.each(answers)('%s', async (_what, status, range) => {
    offerPart();
    await fetchPart();
    line.upstream.route(image, (request, response) => {
      const isRest = request.headers['range'] !== undefined;
      response.writeHead(isRest ? status : 200, {
        etag,
        ...(isRest && range !== undefined ? { 'content-range': range } : {}),
      });
      response.end(packed);
    });
    const retries: string[] = [];
    await expectDisk({
      onProgress: (event) => {
        if (event.type === 'retry') retries.push(event.reason);
      },
    });
    expect(ranges()).toEqual([rest, undefined]);
    expect(retries).toHaveLength(1);
  });

  test('if the file has no strong validator: it is not even kept', async () => {
    offerPart(build, { etag: 'W/"one"' });
    await fetchPart();
    expect(await staged()).toEqual([]);
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([undefined]);
  });

  const spoiled: [what: string, note: (text: string) => string][] = [
    ['when the note is torn', (text) => text.slice(0, 40)],
    ['when the note is empty', () => ''],
    ['when the note is of another address', (text) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64))],
    ['when the note has another length', (text) => text.replace(String(packed.length), '7')],
    [
      'when the note has no validator',
      (text) => text.replace(/"validators":{[^}]*}/, '"validators":{}'),
    ],
  ];
  test.each(spoiled)('%s', async (_what, spoil) => {
    offerPart();
    await fetchPart();
    const path = await stagedPath('download.json');
    const text = await readFile(path, 'utf8');
    const bad = spoil(text);
    expect(bad).not.toBe(text);
    await writeFile(path, bad);
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([undefined]);
  });

  test('if upstream gives another length', async () => {
    offerPart();
    await fetchPart();
    line.offer({ ...build, digest: sha256(other), sizeBytes: other.length } as typeof build, other);
    offerWhole({ etag: '"two"' }, other);
    await line.ensure();
    expect(ranges()).toEqual([undefined]);
  });

  test('if it comes from a local file', async () => {
    const file = join(line.folder, 'disk.raw.gz');
    await writeFile(file, packed);
    const controller = new AbortController();
    const call = line.ensure(file, {
      signal: controller.signal,
      onProgress: (event) => {
        if (event.type === 'fetch') controller.abort();
      },
    });
    await expect(call).rejects.toThrow();
    expect(await staged()).toEqual([]);
  });
});

describe('refused bytes', () => {
  /** One byte of the download is changed. */
  async function damage(): Promise<void> {
    const path = await stagedPath('download');
    const bytes = await readFile(path);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }

  test('after a resume are downloaded once more from byte 0', async () => {
    offerPart();
    await fetchPart();
    await damage();
    offerWhole();
    await expectDisk();
    expect(ranges()).toEqual([rest, undefined]);
  });

  test('after a resume are downloaded once more if no digest covers them', async () => {
    offerPart(bare);
    await fetchPart();
    await damage();
    offerWhole();
    await expectDisk();
    expect(ranges().at(-1)).toBeUndefined();
  });

  test('after a resume, and again from byte 0, are an error, and no file stays', async () => {
    offerPart({ ...build, digest: sha256(disk) });
    await fetchPart();
    offerWhole();
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST', exitCode: 5 });
    expect(ranges()).toEqual([rest, undefined]);
    expect(await staged()).toEqual([]);
    expect(await line.visible()).toEqual([]);
  });

  test('without a resume are an error immediately, and no file stays', async () => {
    line.offer({ ...build, digest: sha256(disk) }, packed);
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    expect(ranges()).toEqual([undefined]);
    expect(await staged()).toEqual([]);
  });

  /** An interruption, continued with the rest of a file that has `rest` from there on. */
  function offerSeam(rest: Uint8Array): void {
    let tries = 0;
    line.upstream.route(image, (request, response) => {
      tries += 1;
      const range = `bytes ${part}-${packed.length - 1}/${packed.length}`;
      if (request.headers['range'] !== undefined) {
        response.writeHead(206, { 'content-range': range, etag });
        return void response.end(rest);
      }
      if (tries > 1) {
        response.writeHead(200, { 'content-length': packed.length, etag });
        return void response.end(packed);
      }
      response.writeHead(200, { 'content-length': packed.length, etag });
      response.write(packed.subarray(0, part));
      void cutWhenStored(line, response, part);
    });
  }

  test.each([
    ['a digest', build],
    ['only TLS protects', bare],
  ])('after a continuation inside one call are downloaded once more, with %s', async (_, about) => {
    line.offer(about as typeof build, packed);
    offerSeam(Buffer.from(packed.subarray(part)).reverse());
    await expectDisk();
    expect(ranges()).toEqual([undefined, rest, undefined]);
  });

  test('after a continuation inside one call, and again from byte 0, are an error', async () => {
    line.offer({ ...build, digest: sha256(disk) }, packed);
    offerSeam(packed.subarray(part));
    await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    expect(ranges()).toEqual([undefined, rest, undefined]);
    expect(await staged()).toEqual([]);
  });
});
