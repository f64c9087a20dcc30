import { execFileSync } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRootdisk } from '../../src/core.ts';
import type { AnyVerifier } from '../../src/kit.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../fixtures/line.ts';

const disk = makeDisk();
const packed = gzipSync(disk);
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

test('a disk that cannot fit is refused before its first byte, with both numbers', async () => {
  const sizeBytes = 2 ** 50;
  line.offer({ ...build, sizeBytes } as typeof build, packed);
  const error = await line.ensure().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_NO_SPACE', exitCode: 7 });
  const { details, hint } = error as { details: Record<string, number>; hint: string };
  // The download, and beside it the disk.
  expect(details['neededBytes']).toBe(4 * sizeBytes);
  expect(details['freeBytes']).toBeGreaterThan(0);
  expect(hint).not.toBe('');
  expect(line.asked()).not.toContain(build.file);
});

test('a length that only the proof gives counts too', async () => {
  line.offer(build, packed);
  const sizeBytes = 2 ** 50;
  const telling: AnyVerifier = {
    kind: 'digest',
    prove: async ({ digest }) => ({
      ...{ level: 'checksum', digests: [digest], sizeBytes, documents: [], warnings: [] },
    }),
  };
  const verifiers = [...parts.verifiers.filter(({ kind }) => kind !== 'digest'), telling];
  const { cacheDir, mirrors } = line;
  const call = createRootdisk({ ...parts, verifiers }).ensureImage('acme:1', {
    arch: 'amd64',
    cacheDir,
    mirrors,
  });
  await expect(call).rejects.toMatchObject({
    code: 'ERR_NO_SPACE',
    details: { neededBytes: 4 * sizeBytes },
  });
  expect(line.asked()).not.toContain(build.file);
});

test('a file without declared layers needs only its own length', async () => {
  line.offer({ ...build, layers: [], sizeBytes: 2 ** 50 } as typeof build, packed);
  await expect(line.ensure()).rejects.toMatchObject({ details: { neededBytes: 2 ** 50 } });
});

test('without a length nothing is checked', async () => {
  line.offer(build, packed);
  expect(await sha256File((await line.ensure()).path)).toBe(sha256(disk));
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux' && tryMount();

test.skipIf(!canMount)(
  'the bytes from an earlier call are not counted again (needs root to mount a tmpfs)',
  async () => {
    const raw = { ...build, file: 'acme.raw', layers: ['raw'], digest: sha256(disk) };
    const etag = '"one"';
    const part = 3 * 1024 ** 2;
    line.offer({ ...raw, sizeBytes: disk.length } as typeof build, disk);
    line.upstream.route('images.acme.example/acme.raw', (_request, response) => {
      response.writeHead(200, { 'content-length': disk.length, etag });
      response.write(disk.subarray(0, part));
    });
    await mkdir(line.cacheDir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=9m', 'tmpfs', line.cacheDir]);
    try {
      const controller = new AbortController();
      const call = line.ensure('acme:1', { signal: controller.signal });
      call.catch(() => {});
      const staging = join(line.cacheDir, 'images-v1', '.staging');
      await vi.waitFor(
        async () => {
          const [name = ''] = await readdir(staging);
          expect((await stat(join(staging, name, 'download'))).size).toBe(part);
        },
        { timeout: 20_000, interval: 20 },
      );
      controller.abort();
      await expect(call).rejects.toThrow();
      // 8 MiB are planned; 6 are free beside the 3 of the download.
      line.upstream.route('images.acme.example/acme.raw', disk, { etag });
      await expect(line.ensure()).resolves.toMatchObject({ origin: 'network' });
    } finally {
      await line.releaseAll();
      execFileSync('umount', [line.cacheDir]);
    }
  },
);

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
