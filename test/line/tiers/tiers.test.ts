import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awaitBackgroundWork } from '../../../src/cache/background-work.ts';
import type { EnsuredImage, EnsureOptions, ProgressEvent } from '../../../src/core.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { hexOf, makeShelf, type Shelf, shelfKey } from '../../fixtures/shelf-tier.ts';

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
const name = 'acme_1_default_amd64_20260101';
const key = shelfKey({ name, role: 'disk' });

beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

/** One call with the tier; its bytes are correct, whatever the tier does. */
async function ensure(shelf: Shelf, options: EnsureOptions = {}) {
  const image = await line.ensure('acme:1', { tiers: [shelf.tier], ...options });
  expect(await sha256File(image.path)).toBe(sha256(disk));
  await awaitBackgroundWork();
  return image;
}
/** Warnings without those about the test's own server. */
const warnings = (image: EnsuredImage) =>
  image.trust.warnings.filter(({ code }) => code !== 'mirror');
const codes = (image: EnsuredImage) => warnings(image).map(({ code }) => code);

describe('a tier without the file', () => {
  test('gets the bytes of upstream, after the caller has its answer', async () => {
    const shelf = makeShelf();
    const image = await ensure(shelf);
    expect(image.origin).toBe('network');
    expect(codes(image)).toEqual([]);
    expect(shelf.told).toEqual(['visit', 'store', 'close']);
    expect(shelf.asked[0]).toEqual({
      name,
      role: 'disk',
      fileName: 'acme.raw.gz',
      url: 'https://images.acme.example/acme.raw.gz',
      identity: expect.objectContaining({ vendor: 'acme', snapshot: '20260101' }),
      digests: [sha256(packed)],
    });
    const [{ upload, bytes } = { upload: undefined, bytes: Buffer.alloc(0) }] = shelf.stored;
    expect(hexOf(bytes)).toBe(hexOf(packed));
    expect(upload).toMatchObject({ digests: [sha256(packed)], sizeBytes: packed.length });
    expect(JSON.parse(upload?.record ?? '')).toMatchObject({ name: `${name}.raw` });
    expect(JSON.parse(upload?.evidence ?? '')).toMatchObject({ schema: 1, proofs: [{}] });
  });

  test('is not awaited; the end of the lease waits', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const shelf = makeShelf({ store: () => promise });
    const image = await line.ensure('acme:1', { tiers: [shelf.tier] });
    expect(shelf.stored).toEqual([]);
    const ended = image.dispose().then(() => shelf.told.push('disposed'));
    resolve();
    await ended;
    expect(shelf.told).toEqual(['visit', 'store', 'close', 'disposed']);
    expect(shelf.stored).toHaveLength(1);
  });

  test('may fail to store them: the log reports it, and the call succeeds', async () => {
    const shelf = makeShelf({ store: () => Promise.reject(new Error('the shelf is full')) });
    const told: string[] = [];
    const image = await ensure(shelf, { log: ({ message }) => told.push(message) });
    expect(codes(image)).toEqual([]);
    expect(told.join()).toContain('the shelf is full');
    expect(shelf.told).toEqual(['visit', 'store', 'close']);
  });

  test('gets nothing if it is read-only', async () => {
    const shelf = makeShelf({ writable: false });
    expect(await ensure(shelf)).toMatchObject({ origin: 'network' });
    expect(shelf.told).toEqual(['visit', 'close']);
  });
});

describe('a tier that has the file', () => {
  test('gives the bytes; only documents are requested from upstream', async () => {
    const shelf = makeShelf();
    shelf.files.set(key, packed);
    const events: ProgressEvent[] = [];
    const image = await ensure(shelf, { onProgress: (event) => events.push(event) });
    const url = 'https://images.acme.example/acme.raw.gz';
    expect(image).toMatchObject({
      origin: 'tier',
      url,
      trust: { level: 'checksum' },
    });
    expect(line.asked()).toEqual(['index.json']);
    expect(shelf.told).toEqual(['visit', 'read 0-', 'close']);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'stage', stage: 'tier', message: 'asking a shelf' }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', origin: 'tier' });
    expect((await line.ensure()).origin).toBe('cache');
  });

  test('is asked by every format of the image under one name', async () => {
    const shelf = makeShelf();
    await ensure(shelf);
    const cacheDir = join(line.folder, 'other');
    const image = await line.ensure('acme:1', { tiers: [shelf.tier], format: 'vhd', cacheDir });
    expect(image).toMatchObject({ format: 'vhd', origin: 'tier' });
    expect(new Set(shelf.asked.map((file) => file.name))).toEqual(new Set([name]));
  });

  test.each([
    ['poisoned', () => Buffer.alloc(packed.length, 7), 'ERR_DIGEST'],
    ['cut short', () => packed.subarray(0, packed.length - 100), 'ERR_DIGEST'],
    ['another image', () => gzipSync(makeDisk(undefined, 2)), 'ERR_DIGEST'],
    ['empty', () => Buffer.alloc(0), 'ERR_DIGEST'],
  ])('that is %s is refused, and upstream is used', async (_title, bytes, code) => {
    const shelf = makeShelf();
    shelf.files.set(key, bytes());
    const image = await ensure(shelf);
    expect(image.origin).toBe('network');
    expect(codes(image)).toEqual(['tier-refused']);
    expect(warnings(image)[0]?.message).toContain('shelf (https://shelf.example/file)');
    expect(shelf.told.filter((word) => !word.startsWith('read'))).toEqual([
      'visit',
      `refuse ${code}`,
      'close',
    ]);
    expect(line.asked()).toEqual(['index.json', 'acme.raw.gz']);
  });

  test.each([
    ['longer', 1],
    ['shorter', -1],
  ])('with a %s file than published is refused without a byte', async (_title, more) => {
    line.offer({ ...build, sizeBytes: packed.length } as typeof build, packed);
    const shelf = makeShelf();
    shelf.files.set(key, Buffer.alloc(packed.length + more));
    expect(codes(await ensure(shelf))).toEqual(['tier-refused']);
    expect(shelf.told).toEqual(['visit', 'refuse ERR_SIZE', 'close']);
  });
});

describe('a tier with only', () => {
  test('that has nothing ends the call', async () => {
    const shelf = makeShelf({ only: true, writable: false });
    await expect(ensure(shelf)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(line.asked()).toEqual(['index.json']);
    expect(shelf.told).toEqual(['visit', 'close']);
  });

  test('that has wrong bytes ends the call with the reason', async () => {
    const shelf = makeShelf({ only: true });
    shelf.files.set(key, Buffer.alloc(packed.length, 7));
    await expect(ensure(shelf)).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    expect(line.asked()).toEqual(['index.json']);
    expect(shelf.told).toEqual(['visit', 'read 0-', 'refuse ERR_DIGEST', 'close']);
    expect(await line.visible()).toEqual([]);
  });

  test('that cannot be asked, because nothing proves its bytes, ends the call too', async () => {
    const { digest: _, ...bare } = build;
    line.offer(bare as typeof build, packed);
    const shelf = makeShelf({ only: true });
    await expect(ensure(shelf)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(line.asked()).toEqual(['index.json']);
    expect(shelf.told).toEqual([]);
  });

  test('is followed by the next tier, and upstream is not used', async () => {
    const [first, second] = [makeShelf(), makeShelf({ id: 'second', only: true })];
    first.files.set(key, Buffer.alloc(packed.length, 7));
    second.files.set(key, packed);
    const image = await ensure(first, { tiers: [first.tier, second.tier] });
    expect(image.origin).toBe('tier');
    expect(line.asked()).toEqual(['index.json']);
    expect([first.told.at(-1), second.told.at(-1)]).toEqual(['close', 'close']);
  });
});

describe('tiers are not asked', () => {
  test('if nothing proves the bytes', async () => {
    const { digest: _, ...bare } = build;
    line.offer(bare as typeof build, packed);
    const shelf = makeShelf();
    expect(await ensure(shelf)).toMatchObject({ origin: 'network', trust: { level: 'none' } });
    expect(shelf.told).toEqual([]);
  });

  test('offline, and for a disk of the cache', async () => {
    const shelf = makeShelf();
    await line.ensure();
    await ensure(shelf);
    await ensure(shelf, { offline: true });
    expect(shelf.told).toEqual([]);
  });

  test('by a call with an empty list', async () => {
    const shelf = makeShelf();
    await ensure(shelf, { tiers: [] });
    expect(shelf.told).toEqual([]);
  });
});
