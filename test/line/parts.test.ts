import { tracingChannel } from 'node:diagnostics_channel';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCache } from '../../src/cache/cache-folder.ts';
import { isLeased } from '../../src/cache/locks/lease.ts';
import { createRootdisk } from '../../src/core.ts';
import { builtIns } from '../../src/index.ts';
import { defineVendor, type Resolution, type Vendor } from '../../src/kit.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk();
const extents = [{ position: 0, bytes: disk }];
const qcow2 = buildQcow2Image({ virtualSize: disk.length, extents, compression: 'zlib' }).bytes;
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.qcow2',
  layers: ['qcow2'],
  digest: sha256(qcow2),
};

beforeEach(async () => {
  line = await startLine();
  line.offer(build, qcow2);
});
afterEach(() => line.close());

describe('format', () => {
  test('raw decodes the qcow2, source keeps it, and both are in the cache', async () => {
    const raw = await line.ensure();
    const source = await line.ensure('acme:1', { format: 'source' });
    expect(await sha256File(raw.path)).toBe(sha256(disk));
    expect(await sha256File(source.path)).toBe(sha256(qcow2));
    expect(source).toMatchObject({ format: 'qcow2', virtualSize: disk.length });
    expect(source.path).toMatch(/\.qcow2$/);
    expect((await line.ensure('acme:1', { format: 'source' })).origin).toBe('cache');
  });

  test('source refuses what raw refuses', async () => {
    const bytes = Buffer.from(qcow2);
    bytes.writeBigUInt64BE(512n, 8);
    line.offer({ ...build, digest: sha256(bytes) }, bytes);
    const call = line.ensure('acme:1', { format: 'source' });
    await expect(call).rejects.toMatchObject({ code: 'ERR_UNSAFE_IMAGE' });
    expect(await line.visible()).toEqual([]);
  });

  test('source and keepSource are one file with two names', async () => {
    const image = await line.ensure('acme:1', { format: 'source', keepSource: true });
    expect(await sha256File(image.source ?? '')).toBe(sha256(qcow2));
  });
});

describe('a lease', () => {
  test('lasts until it is disposed, which may be done twice', async () => {
    const image = await line.ensure();
    const cache = await openCache(line.cacheDir);
    const name = basename(image.path);
    expect(await isLeased(cache, name)).toBe(true);
    await image.dispose();
    expect(await isLeased(cache, name)).toBe(false);
    await image.dispose();
  });

  test('ends with the block of an await using', async () => {
    const cache = await openCache(line.cacheDir);
    let name = '';
    {
      await using image = await line.ensure();
      name = basename(image.path);
      expect(await isLeased(cache, name)).toBe(true);
    }
    expect(await isLeased(cache, name)).toBe(false);
  });
});

test('the result is flat: the identity of the image is beside its path', async () => {
  const image = await line.ensure('acme:1', { variant: 'tiny' });
  expect(image).toMatchObject({
    vendor: 'acme',
    release: '1',
    variant: 'tiny',
    arch: 'amd64',
    snapshot: '20260101',
    format: 'raw',
  });
  expect(JSON.parse(JSON.stringify(image))).toEqual(
    expect.not.objectContaining({ identity: expect.anything() }),
  );
});

describe('tracing channels', () => {
  const stages = ['resolve', 'look', 'wait', 'prove', 'fetch', 'decode', 'settle', 'publish'];

  /** The messages with which stages ended during a call, by stage. */
  async function traceOf(
    call: () => Promise<unknown>,
  ): Promise<[stage: string, message: object][]> {
    const seen: [string, object][] = [];
    const stops = stages.map((stage) => {
      const channel = tracingChannel<string, object>(`rootdisk:${stage}`);
      const handlers = { asyncEnd: (message: object) => void seen.push([stage, message]) };
      // Only the end matters here; the type requires all five.
      const all = { start() {}, end() {}, asyncStart() {}, error() {}, ...handlers };
      channel.subscribe(all);
      return () => channel.unsubscribe(all);
    });
    await call();
    for (const stop of stops) stop();
    return seen;
  }

  test('each stage has one, and its message names the reference', async () => {
    const seen = await traceOf(() => line.ensure('acme:1'));
    expect(seen.map(([stage]) => stage).toSorted()).toEqual(stages.toSorted());
    for (const [, message] of seen) expect(message).toMatchObject({ reference: 'acme:1' });
  });

  test('an address is named without user info and query', async () => {
    const address = 'https://images.acme.example/acme.qcow2';
    const secret = address.replace('//', '//me:secret@').concat('?token=secret');
    const seen = await traceOf(() => line.ensure(secret, { digest: build.digest }).catch(() => {}));
    expect(seen.map(([, message]) => message)).toContainEqual(
      expect.objectContaining({ reference: address }),
    );
    const references = seen.map(([, message]) => Reflect.get(message, 'reference'));
    expect(new Set(references)).toEqual(new Set([address]));
  });
});

test('an end of life is a warning and never an error, by the given clock', async () => {
  line.offer({ ...build, eol: '2026-06-30' }, qcow2);
  const codes = async (now: string): Promise<string[]> => {
    const image = await line.ensure('acme:1', { now: new Date(now) });
    return image.trust.warnings.map(({ code }) => code);
  };
  expect(await codes('2026-06-01')).not.toContain('end-of-life');
  expect(await codes('2026-07-01')).toContain('end-of-life');
});

describe('plug-ins', () => {
  const good: Resolution = {
    release: '1',
    variant: 'default',
    snapshot: '1',
    disk: [
      {
        url: new URL('https://images.acme.example/a'),
        fileName: 'a',
        layers: ['raw'],
        proofs: [{ kind: 'tls', reason: 'test' }],
      },
    ],
  };
  const vendor = (resolve: () => unknown): Vendor =>
    defineVendor({
      id: 'plug',
      title: 'Plug',
      apiVersion: 1,
      resolve: async () => resolve() as Resolution,
    });

  test.each([
    ['throws', () => JSON.parse('{')],
    ['answers nothing', () => undefined],
    ['has no disk', () => ({ ...good, disk: [] })],
    ['has no proof', () => ({ ...good, disk: [{ ...good.disk[0], proofs: [] }] })],
    ['names a file path', () => ({ ...good, disk: [{ ...good.disk[0], fileName: '../a' }] })],
    [
      'points to a file',
      () => ({ ...good, disk: [{ ...good.disk[0], url: new URL('file:///etc') }] }),
    ],
    ['has no snapshot', () => ({ ...good, snapshot: '' })],
    ['answers an empty object', () => ({})],
    ['answers a text', () => 'good'],
    ['has a version that is a number', () => ({ ...good, version: 13 })],
    ['has a warning without a text', () => ({ ...good, warnings: [{ code: 'odd' }] })],
    ['has an invalid end of life', () => ({ ...good, guest: { eol: 'next year' } })],
    ['has an unknown firmware', () => ({ ...good, guest: { firmware: ['coreboot'] } })],
    ['has a boot without a kernel', () => ({ ...good, boot: {} })],
    ...[
      { url: 'https://images.acme.example/a' },
      { mirrors: ['https://mirror.example/a'] },
      { sizeBytes: -1 },
      { sizeBytes: '12' },
      { layers: 'raw' },
      { layers: [1] },
      { entry: 7 },
      { fileName: '..' },
      { members: { a: 'swap' } },
      { pieces: { lengthBytes: 0, digests: [`sha256:${'ab'.repeat(32)}`] } },
      { proofs: [undefined] },
      { proofs: [{}] },
      { proofs: [{ kind: 'tls' }] },
      { proofs: [{ kind: 'digest', digest: `md5:${'ab'.repeat(16)}`, from: 'index' }] },
      { proofs: [{ kind: 'digest', digest: `sha256:${'AB'.repeat(32)}`, from: 'index' }] },
      { proofs: [{ kind: 'checksums', url: 'https://images.acme.example/SUMS' }] },
      { proofs: [{ kind: 'checksums', url: new URL('https://a.example/S'), via: {} }] },
      { proofs: [{ kind: 'signature', signature: { form: 'pgp' } }] },
      { proofs: [{ kind: 'signature', signature: { form: 'openpgp', at: 'inline', keys: [] } }] },
      { proofs: [{ kind: 'signature', signature: { form: 'sigstore', at: 'inline' } }] },
    ].map((part): [string, () => unknown] => {
      return [
        `has a disk with ${Object.keys(part)}`,
        () => ({ ...good, disk: [{ ...good.disk[0], ...part }] }),
      ];
    }),
  ])('a vendor that %s is ERR_PLUGIN with its name', async (_title, resolve) => {
    const ensure = createRootdisk({ ...builtIns, vendors: [vendor(resolve)] }).ensureImage;
    const call = ensure('plug', { cacheDir: line.cacheDir });
    await expect(call).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      exitCode: 8,
      details: { plugin: 'plug', method: 'resolve' },
    });
  });

  test('the same id twice, or a reserved one, is refused immediately', () => {
    const twice = [vendor(() => good), vendor(() => good)];
    const own = [{ ...vendor(() => good), id: 'file' }];
    for (const vendors of [twice, own]) {
      expect(() => createRootdisk({ ...builtIns, vendors })).toThrow(
        expect.objectContaining({ code: 'ERR_DUPLICATE_PART', exitCode: 2 }),
      );
    }
    const formats = [...builtIns.formats, ...builtIns.formats];
    expect(() => createRootdisk({ ...builtIns, formats })).toThrow(/raw/);
  });

  test('a proof without a verifier is ERR_PLUGIN', async () => {
    const { formats } = builtIns;
    const { ensureImage } = createRootdisk({ formats, vendors: [vendor(() => good)] });
    const call = ensureImage('plug', { cacheDir: line.cacheDir });
    await expect(call).rejects.toMatchObject({ code: 'ERR_PLUGIN', details: { plugin: 'tls' } });
  });
});
