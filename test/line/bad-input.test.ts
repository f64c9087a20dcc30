import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import { isImageError } from '../../src/errors.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
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
const image = 'images.acme.example/acme.raw.gz';

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

function makeQcow2(): Uint8Array {
  const extents = [{ position: 0, bytes: disk }];
  return buildQcow2Image({ virtualSize: disk.length, extents, compression: 'zlib' }).bytes;
}

/** After an error no file may look like a disk, and the next good call succeeds. */
async function expectRefusal(
  code: string,
  exitCode: number,
  reference = 'acme:1',
  options: EnsureOptions = {},
): Promise<Error> {
  const error: unknown = await line.ensure(reference, options).catch((reason: unknown) => reason);
  if (!isImageError(error)) throw error;
  expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code, exitCode });
  expect(error.hint).not.toBe('');
  expect(await line.visible()).toEqual([]);
  return error;
}

async function expectRecovery(): Promise<void> {
  line.offer(build, packed);
  expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
}

describe('the request', () => {
  test.each([
    ['no-such-os:1', 'ERR_UNKNOWN_VENDOR'],
    ['', 'ERR_INVALID_REQUEST'],
    ['acme:', 'ERR_INVALID_REQUEST'],
    ['acme:1@', 'ERR_INVALID_REQUEST'],
    ['acme:1:2', 'ERR_INVALID_REQUEST'],
    ['acme 1', 'ERR_INVALID_REQUEST'],
    ['ftp://host/disk.img', 'ERR_INVALID_REQUEST'],
  ])('%j is %s', async (reference, code) => {
    await expectRefusal(code, 2, reference);
  });

  test.each([
    [{ arch: 'vax' }],
    [{ digest: 'md5:abc' }],
    [{ limits: { virtualBytes: -1 } }],
    [{ mirrors: { 'https://images.acme.example/': 'not an address' } }],
    [{ offline: true, refresh: true }],
  ])('options %j are ERR_INVALID_REQUEST', async (options) => {
    await expectRefusal('ERR_INVALID_REQUEST', 2, 'acme:1', options);
  });

  test('an unknown release is an error that lists the releases', async () => {
    const error = await expectRefusal('ERR_NOT_FOUND', 3, 'acme:9');
    expect(error.message).toContain('it has 1');
  });
});

describe('the upstream', () => {
  test('404 for the image', async () => {
    line.upstream.route(image, 'gone', { status: 404 });
    await expectRefusal('ERR_HTTP_STATUS', 4);
    await expectRecovery();
  });

  test('403 with an HTML page', async () => {
    line.upstream.route(image, '<!DOCTYPE html><title>Sign in</title>', {
      status: 403,
      headers: { 'content-type': 'text/html' },
    });
    expect((await expectRefusal('ERR_HTTP_STATUS', 4)).message).toContain('403');
  });

  test('200 with an HTML page where the image should be', async () => {
    const { digest: _, ...bare } = build;
    line.offer(bare, Buffer.from('<!DOCTYPE html><html><title>Welcome</title></html>'));
    expect((await expectRefusal('ERR_UNSAFE_IMAGE', 6)).message).toMatch(/HTML/);
  });

  test('500, then success', async () => {
    let tries = 0;
    line.upstream.route(image, (_request, response) => {
      tries += 1;
      response.statusCode = tries === 1 ? 500 : 200;
      response.end(tries === 1 ? 'sorry' : packed);
    });
    expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
    expect(tries).toBe(2);
  });

  test('a body cut short, then whole', async () => {
    let tries = 0;
    line.upstream.route(image, (_request, response) => {
      tries += 1;
      response.setHeader('content-length', packed.length);
      if (tries > 1) return void response.end(packed);
      response.write(packed.subarray(0, packed.length >> 1));
      response.once('drain', () => response.destroy());
      setTimeout(() => response.destroy(), 50);
    });
    expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
    expect(tries).toBeGreaterThan(1);
  });

  test('a body that is always cut short', async () => {
    line.upstream.route(image, (_request, response) => {
      response.setHeader('content-length', packed.length);
      response.write(packed.subarray(0, 1000));
      setTimeout(() => response.destroy(), 20);
    });
    await expectRefusal('ERR_NETWORK', 4);
    await expectRecovery();
  });

  test('a body longer than promised', async () => {
    const { digest: _, ...bare } = build;
    line.offer({ ...bare, digest: sha256(packed) }, Buffer.concat([packed, Buffer.alloc(1)]));
    await expectRefusal('ERR_DIGEST', 5);
    await expectRecovery();
  });

  test('a wrong digest, whatever the decoder reports', async () => {
    line.offer(build, gzipSync(makeDisk(4 * 1024 ** 2, 7)));
    await expectRefusal('ERR_DIGEST', 5);
    line.offer(build, Buffer.concat([packed.subarray(0, 5000), Buffer.alloc(20_000, 7)]));
    await expectRefusal('ERR_DIGEST', 5);
    await expectRefusal('ERR_DIGEST', 5, 'acme:1', { decode: 'after-verify' });
    await expectRecovery();
  });

  test('a list without the name', async () => {
    const { digest: _, ...bare } = build;
    line.offer({ ...bare, sums: 'SUMS' }, packed);
    line.upstream.route('images.acme.example/SUMS', `${sha256(packed).slice(7)}  other.gz\n`);
    expect((await expectRefusal('ERR_DIGEST', 5)).message).toContain('acme.raw.gz');
    expect(line.asked()).not.toContain('acme.raw.gz');
  });

  test('a list with two answers', async () => {
    const { digest: _, ...bare } = build;
    line.offer({ ...bare, sums: 'SUMS' }, packed);
    const other = sha256(disk).slice(7);
    const list = `${sha256(packed).slice(7)}  acme.raw.gz\n${other}  acme.raw.gz\n`;
    line.upstream.route('images.acme.example/SUMS', list);
    await expectRefusal('ERR_DIGEST', 5);
  });

  test('a maintenance page instead of the index', async () => {
    line.upstream.route('images.acme.example/index.json', '<html>back soon</html>');
    await expectRefusal('ERR_METADATA', 4);
  });

  test('a redirect loop', async () => {
    line.upstream.route(image, (_request, response) => {
      response.writeHead(302, { location: '/images.acme.example/acme.raw.gz' });
      response.end();
    });
    await expectRefusal('ERR_REDIRECT', 4);
  });

  test('a redirect to a scheme other than http', async () => {
    line.upstream.route(image, (_request, response) => {
      response.writeHead(302, { location: 'file:///etc/passwd' });
      response.end();
    });
    await expectRefusal('ERR_REDIRECT', 4);
  });

  test('more than the limit on the wire, and more than the limit in the disk', async () => {
    await expectRefusal('ERR_LIMIT', 6, 'acme:1', { limits: { downloadBytes: 1000 } });
    await expectRefusal('ERR_LIMIT', 6, 'acme:1', { limits: { virtualBytes: 1024 ** 2 } });
    await expectRecovery();
  });
});

describe('the image', () => {
  test('a qcow2 declared as raw', async () => {
    const bytes = makeQcow2();
    line.offer({ ...build, file: 'a.raw', layers: ['raw'], digest: sha256(bytes) }, bytes);
    expect((await expectRefusal('ERR_UNSAFE_IMAGE', 6)).message).toContain('qcow2');
  });

  test('an error at the head stops a slow download immediately', async () => {
    const { digest: _, ...bare } = build;
    const bytes = Buffer.concat([makeQcow2(), Buffer.alloc(200_000)]);
    line.offer({ ...bare, file: 'a.raw', layers: ['raw'] }, bytes);
    // The rest never comes.
    line.upstream.route('images.acme.example/a.raw', (_request, response) => {
      response.setHeader('content-length', bytes.length);
      response.write(bytes.subarray(0, 150_000));
    });
    await expectRefusal('ERR_UNSAFE_IMAGE', 6);
  });

  test('a gzip in place of a qcow2', async () => {
    line.offer({ ...build, layers: ['qcow2'] }, packed);
    expect((await expectRefusal('ERR_UNSAFE_IMAGE', 6)).message).toContain('gz');
  });

  test('a truncated qcow2', async () => {
    const bytes = makeQcow2();
    const cut = bytes.subarray(0, bytes.length * 0.6);
    line.offer({ ...build, file: 'a.qcow2', layers: ['qcow2'], digest: sha256(cut) }, cut);
    await expectRefusal('ERR_DECODE', 6);
    await expectRecovery();
  });

  test('a qcow2 with a backing file is refused without the name of that file', async () => {
    const bytes = Buffer.from(makeQcow2());
    bytes.writeBigUInt64BE(512n, 8);
    bytes.writeUInt32BE(11, 16);
    bytes.write('/etc/passwd', 512);
    line.offer({ ...build, file: 'a.qcow2', layers: ['qcow2'], digest: sha256(bytes) }, bytes);
    await expectRefusal('ERR_UNSAFE_IMAGE', 6);
  });

  test('a disk that is itself another image', async () => {
    const nested = Buffer.alloc(1024 ** 2);
    Buffer.from(makeQcow2()).copy(nested);
    const bytes = gzipSync(nested);
    line.offer({ ...build, digest: sha256(bytes) }, bytes);
    await expectRefusal('ERR_UNSAFE_IMAGE', 6);
  });

  test('an empty body', async () => {
    line.offer({ ...build, digest: sha256(Buffer.alloc(0)) }, Buffer.alloc(0));
    await expectRefusal('ERR_UNSAFE_IMAGE', 6);
  });
});

describe('the call', () => {
  test('an abort throws its reason at every stage and leaves nothing', async () => {
    line.offer(build, packed, { bytesPerSecond: 100_000 });
    for (const stage of ['resolve', 'prove', 'fetch', 'decode']) {
      const controller = new AbortController();
      const reason = new Error(`stop at ${stage}`);
      const call = line.ensure('acme:1', {
        signal: controller.signal,
        onProgress: (event) => {
          if (event.type === 'stage' && event.stage === stage) controller.abort(reason);
        },
      });
      await expect(call).rejects.toBe(reason);
      expect(await line.visible()).toEqual([]);
    }
    await expectRecovery();
  });

  test('a local file that is removed during the call is a typed error', async () => {
    const file = join(line.folder, 'own.raw');
    await writeFile(file, makeDisk());
    const call = line.ensure(file, {
      onProgress: (event) => {
        if (event.type === 'stage' && event.stage === 'fetch') rmSync(file);
      },
    });
    await expect(call).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', exitCode: 3 });
    expect(await line.visible()).toEqual([]);
  });

  test('the cache folder removed during the call is a typed error, and the next call succeeds', async () => {
    line.offer(build, packed, { bytesPerSecond: 200_000 });
    let removed: Promise<void> | undefined;
    const call = line.ensure('acme:1', {
      onProgress: (event) => {
        if (event.type === 'fetch') {
          removed ??= rm(line.cacheDir, { recursive: true, force: true, maxRetries: 5 });
        }
      },
    });
    await expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_IO', exitCode: 7 });
    await removed;
    await expectRecovery();
  });

  const canMount = process.getuid?.() === 0 && process.platform === 'linux' && tryMount();

  test.skipIf(!canMount)('a full disk is ERR_NO_SPACE (needs root to mount a tmpfs)', async () => {
    await mkdir(line.cacheDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', line.cacheDir]);
    try {
      await expectRefusal('ERR_NO_SPACE', 7);
      execFileSync('mount', ['-o', 'remount,size=64m', line.cacheDir]);
      await expectRecovery();
      await line.releaseAll();
      execFileSync('mount', ['-o', 'remount,ro', line.cacheDir]);
      expect((await line.ensure()).origin).toBe('cache');
      line.offer({ ...build, snapshot: '20260202' }, packed);
      await expect(line.ensure()).rejects.toMatchObject({ code: 'ERR_CACHE_IO', exitCode: 7 });
    } finally {
      await line.releaseAll();
      execFileSync('umount', [line.cacheDir]);
    }
  });
});

function tryMount(): boolean {
  try {
    execFileSync('sh', [
      '-c',
      'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"',
    ]);
    return true;
  } catch {
    return false;
  }
}
