import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awaitBackgroundWork } from '../../../src/cache/background-work.ts';
import type { EnsuredImage, EnsureOptions } from '../../../src/core.ts';
import { TransferError } from '../../../src/errors.ts';
import type { TierCopy } from '../../../src/kit.ts';
import { buildQcow2Image } from '../../../src/testing/qcow2-image.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { makeShelf, type Shelf, shelfKey } from '../../fixtures/shelf-tier.ts';

const MiB = 1024 ** 2;
let line: Line;
/** Every 4 KiB differ, so every byte is checked. */
const disk = makeDisk(20 * MiB);
for (let at = 4096; at < disk.length; at += 4096) {
  createHash('sha256').update(String(at)).digest().copy(disk, at);
}
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest: sha256(disk),
};
const image = 'images.acme.example/acme.raw';
const key = shelfKey({ name: 'acme_1_default_amd64_20260101', role: 'disk' });
const program = fileURLToPath(new URL('../../fixtures/ensure-with-tier.ts', import.meta.url));
const half = 10 * MiB;

beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
});
afterEach(() => line.close());

async function ensure(shelf: Shelf, options: EnsureOptions = {}): Promise<EnsuredImage> {
  const made = await line.ensure('acme:1', { tiers: [shelf.tier], ...options });
  expect(await sha256File(made.path)).toBe(sha256(disk));
  await awaitBackgroundWork();
  return made;
}

/** The ranges of all requests for the image; `undefined` for the whole image. */
const ranges = () =>
  line.upstream.requests
    .filter(({ path }) => path === `/${image}`)
    .map(({ headers }) => headers['range']);
const codes = (made: EnsuredImage) =>
  made.trust.warnings.map(({ code }) => code).filter((code) => code !== 'mirror');

/** A copy that breaks in the middle. */
function breaking(copy: TierCopy, error: unknown): Partial<TierCopy> {
  return {
    async *read(start, _end, signal) {
      yield* copy.read(start, half, signal);
      throw error;
    },
  };
}

const down = new TransferError({
  code: 'ERR_NETWORK',
  message: 'the shelf fell down',
  hint: 'Try again.',
  details: {},
});

describe('a copy that breaks in the middle', () => {
  test.each([
    ['with an error of its connection', down],
    ['with an exception', new Error('the shelf fell down')],
  ])('%s is followed by upstream from there', async (_title, error) => {
    const shelf = makeShelf({ copy: (copy) => breaking(copy, error) });
    shelf.files.set(key, disk);
    const made = await ensure(shelf);
    expect(made.origin).toBe('network');
    expect(codes(made)).toEqual(['tier-failed']);
    expect(ranges()).toEqual([`bytes=${half}-`]);
    expect(shelf.told).toEqual(['visit', `read 0-${half}`, 'close']);
  });

  test('ends the call if upstream may not be used', async () => {
    const shelf = makeShelf({ only: true, copy: (copy) => breaking(copy, down) });
    shelf.files.set(key, disk);
    await expect(ensure(shelf)).rejects.toBe(down);
    expect(ranges()).toEqual([]);
    expect(shelf.told.at(-1)).toBe('close');
  });

  test('is continued by the next call, from the same copy', async () => {
    const broken = makeShelf({ only: true, copy: (copy) => breaking(copy, down) });
    broken.files.set(key, disk);
    await expect(ensure(broken)).rejects.toBe(down);
    const shelf = makeShelf();
    shelf.files.set(key, disk);
    expect((await ensure(shelf)).origin).toBe('tier');
    expect(shelf.told).toEqual(['visit', `read ${half}-`, 'close']);
  });

  test('is continued by the next call from upstream, if the tier no longer has it', async () => {
    const broken = makeShelf({ only: true, copy: (copy) => breaking(copy, down) });
    broken.files.set(key, disk);
    await expect(ensure(broken)).rejects.toBe(down);
    expect((await ensure(makeShelf())).origin).toBe('network');
    expect(ranges()).toEqual([`bytes=${half}-`]);
  });
});

test('the bytes that a killed process had from a copy are continued from it', async () => {
  const file = join(line.folder, 'copy');
  await writeFile(file, disk);
  const start = (...more: string[]) =>
    spawn(process.execPath, [program, line.cacheDir, JSON.stringify(line.mirrors), file, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
  const child = start(String(half));
  const staging = join(line.cacheDir, 'images-v1', '.staging');
  await vi.waitFor(
    async () => {
      const [folder = ''] = await readdir(staging);
      expect((await stat(join(staging, folder, 'download'))).size).toBe(half);
    },
    { timeout: 30_000, interval: 20 },
  );
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const answer: unknown = JSON.parse(await text(start().stdout));
  expect(answer).toEqual({ origin: 'tier', told: ['visit', `read ${half}-`, 'close'] });
  expect(ranges()).toEqual([]);
});

test('the bytes that an earlier call had from upstream are continued from a copy', async () => {
  const controller = new AbortController();
  line.upstream.route(image, (_request, response) => {
    response.writeHead(200, { 'content-length': disk.length, etag: '"one"' });
    response.write(disk.subarray(0, half));
  });
  const call = line.ensure('acme:1', { signal: controller.signal });
  call.catch(() => {});
  const staging = join(line.cacheDir, 'images-v1', '.staging');
  await vi.waitFor(
    async () => {
      const [folder = ''] = await readdir(staging);
      expect((await stat(join(staging, folder, 'download'))).size).toBe(half);
    },
    { timeout: 30_000, interval: 20 },
  );
  controller.abort(new Error('stop'));
  await expect(call).rejects.toThrow('stop');
  const shelf = makeShelf();
  shelf.files.set(key, disk);
  expect((await ensure(shelf)).origin).toBe('tier');
  expect(shelf.told).toContain(`read ${half}-`);
});

test('several connections read parts of a copy', async () => {
  const shelf = makeShelf();
  shelf.files.set(key, disk);
  expect((await ensure(shelf, { connections: 3 })).origin).toBe('tier');
  const reads = shelf.told.filter((word) => word.startsWith('read'));
  expect(reads.toSorted()).toEqual([
    `read 0-${8 * MiB}`,
    `read ${16 * MiB}-`,
    `read ${8 * MiB}-${16 * MiB}`,
  ]);
});

test('tables at the end of a copy are read before its data', async () => {
  const { bytes, l1Offset } = buildQcow2Image({
    virtualSize: disk.length,
    extents: [{ position: 0, bytes: disk }],
    l1: 'last',
    l2: 'last',
  });
  const qcow2 = { ...build, file: 'acme.qcow2', layers: ['qcow2'], digest: sha256(bytes) };
  line.offer(qcow2, bytes);
  const early = Promise.withResolvers<void>();
  const shelf = makeShelf({
    copy: (copy) => ({
      async *read(start, end, signal) {
        if (start === l1Offset) early.resolve();
        if (start > 0) return yield* copy.read(start, end, signal);
        yield* copy.read(0, MiB, signal);
        await early.promise;
        yield* copy.read(MiB, end, signal);
      },
    }),
  });
  shelf.files.set(key, bytes);
  expect((await ensure(shelf)).origin).toBe('tier');
});

describe('a file whose pieces are known', () => {
  const lengthBytes = 4 * MiB;
  const digests = Array.from({ length: 5 }, (_, index) =>
    sha256(disk.subarray(index * lengthBytes, (index + 1) * lengthBytes)),
  );

  test('keeps the correct pieces of a copy; upstream gives those from the first wrong one on', async () => {
    line.offer({ ...build, pieces: { lengthBytes, digests } } as typeof build, disk);
    const wrong = Buffer.from(disk);
    wrong.fill(7, 9 * MiB, 10 * MiB);
    const shelf = makeShelf();
    shelf.files.set(key, wrong);
    const made = await ensure(shelf);
    expect(made.origin).toBe('network');
    expect(codes(made)).toEqual(['tier-refused']);
    expect(ranges()).toEqual([`bytes=${8 * MiB}-`]);
    expect(shelf.told).toEqual(['visit', 'read 0-', 'refuse ERR_DIGEST', 'close']);
  });
});
