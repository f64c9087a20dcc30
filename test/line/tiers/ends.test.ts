import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awaitBackgroundWork } from '../../../src/cache/background-work.ts';
import { createRootdisk, type EnsureOptions, type RootdiskOptions } from '../../../src/core.ts';
import type { Tier, TierVisit } from '../../../src/kit.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../../fixtures/line.ts';
import { makeShelf, type Shelf, shelfKey } from '../../fixtures/shelf-tier.ts';

let line: Line;
const disk = makeDisk();
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw',
  layers: ['raw'],
  digest: sha256(disk),
};
const key = shelfKey({ name: 'acme_1_default_amd64_20260101', role: 'disk' });
const never = () => new Promise<never>(() => {});

beforeEach(async () => {
  line = await startLine();
  line.offer(build, disk);
});
afterEach(() => line.close());

const ensure = (tier: Tier, options: EnsureOptions = {}) =>
  line.ensure('acme:1', { tiers: [tier], ...options });

/** Aborts a call as soon as `begun` resolves; it ends with the reason. */
async function abortWhen(begun: Promise<void>, tier: Tier): Promise<void> {
  const controller = new AbortController();
  const call = ensure(tier, { signal: controller.signal });
  call.catch(() => {});
  await begun;
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
}

describe('a tier that hangs is ended by an abort', () => {
  test('during its look; a late visit is closed', async () => {
    const begun = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    const shelf = makeShelf({
      async visit(_file, _context, visit) {
        begun.resolve();
        await late.promise;
        return visit;
      },
    });
    await abortWhen(begun.promise, shelf.tier);
    expect(shelf.told).toEqual(['visit']);
    late.resolve();
    await expect.poll(() => shelf.told).toEqual(['visit', 'close']);
  });

  test('while its copy is read', async () => {
    const begun = Promise.withResolvers<void>();
    const shelf = makeShelf({
      copy: () => ({
        async *read() {
          begun.resolve();
          yield disk.subarray(0, 4096);
          await never();
        },
      }),
    });
    shelf.files.set(key, disk);
    await abortWhen(begun.promise, shelf.tier);
    expect(shelf.told).toEqual(['visit', 'close']);
  });

  test('while it stores the file, which the caller has already', async () => {
    const begun = Promise.withResolvers<void>();
    const controller = new AbortController();
    const shelf = makeShelf({
      store() {
        begun.resolve();
        return never();
      },
    });
    const image = await ensure(shelf.tier, { signal: controller.signal });
    await begun.promise;
    controller.abort(new Error('stop'));
    await image.dispose();
    expect(shelf.told).toEqual(['visit', 'store', 'close']);
  });
});

test('a visit is closed once, before the failure of the call is thrown', async () => {
  line.upstream.route('images.acme.example/acme.raw', 'gone', { status: 404 });
  const shelf = makeShelf();
  await expect(ensure(shelf.tier)).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS' });
  expect(shelf.told).toEqual(['visit', 'close']);
});

test('correct bytes that are not an image are no fault of the copy', async () => {
  const page = Buffer.from('<!DOCTYPE html><html><body>maintenance</body></html>');
  line.offer({ ...build, digest: sha256(page) }, page);
  const shelf = makeShelf();
  shelf.files.set(key, page);
  await expect(ensure(shelf.tier)).rejects.toMatchObject({ remedy: 'decode' });
  expect(shelf.told).toEqual(['visit', 'read 0-', 'close']);
});

test('two parallel callers make one visit', async () => {
  const shelf = makeShelf();
  shelf.files.set(key, disk);
  const images = await Promise.all([ensure(shelf.tier), ensure(shelf.tier)]);
  expect(images.map(({ origin }) => origin).toSorted()).toEqual(['cache', 'tier']);
  await awaitBackgroundWork();
  expect(shelf.told).toEqual(['visit', 'read 0-', 'close']);
});

test('kernel and initrd are files of the disk, each with its role', async () => {
  const { kernel, initrd } = { kernel: Buffer.from('a kernel'), initrd: Buffer.from('an initrd') };
  const boot = { kernel: ['vmlinuz', sha256(kernel)], initrd: ['initrd', sha256(initrd)] };
  line.offer({ ...build, boot } as typeof build, disk);
  line.upstream.route('images.acme.example/vmlinuz', kernel);
  line.upstream.route('images.acme.example/initrd', initrd);
  const shelf = makeShelf();
  await ensure(shelf.tier, { boot: true });
  await awaitBackgroundWork();
  expect(shelf.asked.map(({ name, role }) => `${name}.${role}`)).toEqual([
    'acme_1_default_amd64_20260101.kernel',
    'acme_1_default_amd64_20260101.initrd',
    key,
  ]);
  const records = shelf.stored.map(({ upload }) => upload.record !== undefined);
  expect(records).toEqual([false, false, true]);
  const other = await ensure(shelf.tier, { boot: true, cacheDir: `${line.folder}/other` });
  expect(other).toMatchObject({ origin: 'tier', boot: { initrd: { sizeBytes: initrd.length } } });
});

describe('the answer of a tier must fulfil its contract', () => {
  const close = async () => {};
  test.each<[string, unknown, RegExp]>([
    ['a value that is not an object', 7, /should be an object/],
    ['no close', {}, /\.close should be a function/],
    ['a copy without a size', { copy: { url: 'https://x.example/' }, close }, /\.copy\.sizeBytes/],
    ['a copy without a place', { copy: { url: 'here', sizeBytes: 1 }, close }, /\.copy\.url/],
    ['an invalid store', { store: 'yes', close }, /\.store should be a function/],
  ])('%s is a warning, or an error with only', async (_title, answer, message) => {
    const broken = (shelf: Shelf): Tier => ({
      ...shelf.tier,
      visit: async () => answer as TierVisit,
    });
    const shelf = makeShelf();
    const { origin, trust } = await ensure(broken(shelf));
    expect(origin).toBe('network');
    const told = trust.warnings.find(({ code }) => code === 'tier-failed');
    expect(told?.message).toMatch(message);
    await line.releaseAll();
    const alone = { ...broken(shelf), only: true };
    const asked = ensure(alone, { cacheDir: `${line.folder}/other` });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_PLUGIN', details: { plugin: 'shelf' } });
  });

  test('an exception, and chunks that are not bytes', async () => {
    const angry = makeShelf({ visit: () => Promise.reject(new Error('no')) });
    const { trust } = await ensure(angry.tier);
    expect(trust.warnings.map(({ message }) => message).join()).toContain(
      'shelf.visit() failed: no',
    );
    const odd = makeShelf({
      copy: () => ({
        async *read() {
          yield 'text' as unknown as Uint8Array;
        },
      }),
    });
    odd.files.set(key, disk);
    const image = await ensure(odd.tier, { cacheDir: `${line.folder}/other` });
    expect(image.origin).toBe('network');
    const messages = image.trust.warnings.map(({ message }) => message).join();
    expect(messages).toContain('did not give bytes');
  });

  test('a failing refuse or end changes nothing', async () => {
    const told: string[] = [];
    const shelf = makeShelf({
      copy: () => ({ refuse: () => Promise.reject(new Error('I cannot')) }),
      visit: async (_file, _context, visit) => ({
        ...visit,
        close: () => Promise.reject(new Error('it sticks')),
      }),
    });
    shelf.files.set(key, Buffer.alloc(disk.length, 7));
    const image = await ensure(shelf.tier, { log: ({ message }) => told.push(message) });
    await awaitBackgroundWork();
    expect(image.origin).toBe('network');
    expect(told.join()).toMatch(/I cannot.*it sticks/s);
  });

  test.each<[string, object, string]>([
    ['another apiVersion', { apiVersion: 2 }, 'ERR_PLUGIN'],
    ['no visit', { visit: undefined }, 'ERR_PLUGIN'],
    ['a misspelt field', { onyl: true }, 'ERR_PLUGIN'],
  ])('its shape: %s', async (_title, change, code) => {
    const tier = { ...makeShelf().tier, ...change };
    const bind = () => createRootdisk({ ...parts, tiers: [tier] } as RootdiskOptions);
    expect(bind).toThrow(expect.objectContaining({ code }));
    await expect(ensure(tier as Tier)).rejects.toMatchObject({ code });
  });

  test('the same id twice', () => {
    const { tier } = makeShelf();
    const bind = () => createRootdisk({ ...parts, tiers: [tier, tier] });
    expect(bind).toThrow(expect.objectContaining({ code: 'ERR_DUPLICATE_PART' }));
  });
});
