import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureImage, isImageError, resolveImage, verifyCache } from 'rootdisk';
import { startUpstream } from 'rootdisk/testing';
import { serveBuild, virtualSize } from './build.ts';
import type { Step } from './step.ts';

/** `ensureImage` and related functions, against a server on loopback. */
export function librarySteps(folder: string): Step[] {
  return [
    {
      title: 'ensure: signed, from the network, then from the cache, then offline',
      run: () => ensureTwice(join(folder, 'ensure')),
    },
    { title: 'ensure: two calls at once make one disk', run: () => together(join(folder, 'two')) },
    { title: 'ensure: a cut connection is continued', run: () => cut(join(folder, 'cut')) },
    { title: 'ensure: wrong bytes are ERR_DIGEST', run: () => wrong(join(folder, 'wrong')) },
    { title: 'ensure: an abort ends with its reason', run: () => abort(join(folder, 'abort')) },
  ];
}

async function ensureTwice(cacheDir: string): Promise<void> {
  const site = await serveBuild();
  const call = { ...site.options, cacheDir };
  const first = await ensureImage('ubuntu:24.04', call);
  assert.equal(first.origin, 'network');
  assert.equal(first.trust.level, 'signed');
  assert.equal(sha256(await readFile(first.path)), site.diskDigest);
  const about = await stat(first.path);
  assert.equal(about.size, virtualSize);
  assert.ok(about.blocks * 512 < virtualSize / 2, 'the disk is not sparse');
  assert.equal(about.mode & 0o777, 0o444);
  await first.dispose();
  const again = await ensureImage('ubuntu:24.04', call);
  assert.deepEqual([again.path, again.origin], [first.path, 'cache']);
  const planned = await resolveImage('ubuntu:24.04', call);
  assert.equal(planned.trust.level, 'signed');
  await site.close();
  const offline = await ensureImage('ubuntu:24.04', { ...call, offline: true });
  assert.deepEqual([offline.path, offline.origin], [first.path, 'cache']);
  for await (const { state } of verifyCache({ cacheDir })) assert.equal(state, 'intact');
}

async function together(cacheDir: string): Promise<void> {
  const site = await serveBuild();
  const calls = [1, 2, 3].map(() => ensureImage('ubuntu:24.04', { ...site.options, cacheDir }));
  const paths = (await Promise.all(calls)).map(({ path }) => path);
  assert.equal(new Set(paths).size, 1);
  const downloads = site.upstream.requests.filter(
    ({ method, path }) => method === 'GET' && path.endsWith('.img'),
  );
  assert.equal(downloads.length, 1);
  await site.close();
}

async function cut(cacheDir: string): Promise<void> {
  const site = await serveBuild();
  const { image } = site;
  const half = image.length >> 1;
  const head = { etag: '"1"', 'accept-ranges': 'bytes' };
  const asked: unknown[] = [];
  site.upstream.route(site.imagePath, ({ headers }, response) => {
    asked.push(headers['range']);
    if (asked.length === 1) {
      response.writeHead(200, { ...head, 'content-length': image.length });
      response.write(image.subarray(0, half));
      setTimeout(() => response.destroy(), 100);
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(String(headers['range']))?.[1]);
    response.writeHead(206, {
      ...{ ...head, 'content-length': image.length - from },
      'content-range': `bytes ${from}-${image.length - 1}/${image.length}`,
    });
    response.end(image.subarray(from));
  });
  const made = await ensureImage('ubuntu:24.04', {
    ...{ ...site.options, cacheDir },
    connections: 1,
  });
  assert.equal(sha256(await readFile(made.path)), site.diskDigest);
  assert.deepEqual([asked[0], asked.length], [undefined, 2]);
  await site.close();
}

async function wrong(cacheDir: string): Promise<void> {
  const site = await serveBuild();
  const bytes = site.image.slice();
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  site.upstream.route(site.imagePath, bytes);
  const refusal = await ensureImage('ubuntu:24.04', { ...site.options, cacheDir }).catch(
    (error: unknown) => error,
  );
  assert.ok(isImageError(refusal), String(refusal));
  assert.equal(refusal.code, 'ERR_DIGEST');
  await site.close();
}

async function abort(cacheDir: string): Promise<void> {
  const upstream = await startUpstream();
  upstream.route('disk.raw', () => new Promise(() => {}));
  const reason = new Error('enough');
  const ending = ensureImage(`${upstream.url}disk.raw`, {
    ...{ cacheDir, digest: `sha256:${'0'.repeat(64)}` },
    signal: AbortSignal.any([AbortSignal.timeout(20_000), abortSoon(reason)]),
  }).catch((error: unknown) => error);
  assert.equal(await ending, reason);
  await upstream.close();
}

function abortSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 100);
  return controller.signal;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
