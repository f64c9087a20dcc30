import { readFileSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LockEntry, LockImagesOptions } from '../../src/core.ts';
import { createRootdisk, listLocked } from '../../src/index.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../fixtures/line.ts';
import { faultsOf } from './json-schema.ts';

const { lockImages } = createRootdisk(parts);
const schema: object = JSON.parse(
  readFileSync(new URL('../../schemas/rootdisk.lock.schema.json', import.meta.url), 'utf8'),
);
const packed = gzipSync(makeDisk());
const kernel = Buffer.from('a kernel');
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  mirrors: ['https://mirror.acme.example/acme.raw.gz'],
  eol: '2028-06-30',
  boot: { kernel: ['vmlinuz', sha256(kernel)] as [string, string], cmdline: 'root=LABEL=root' },
};
const now = new Date('2026-07-20T12:00:00.000Z');

let line: Line;
let lockfile: string;
beforeEach(async () => {
  line = await startLine();
  lockfile = join(line.folder, 'rootdisk.lock.json');
  line.offer(build, packed);
});
afterEach(() => line.close());

function lock(reference: string | string[], options: Partial<LockImagesOptions> = {}) {
  const { cacheDir, mirrors } = line;
  return lockImages(reference, { arch: 'amd64', cacheDir, mirrors, lockfile, now, ...options });
}

async function entries(): Promise<LockEntry[]> {
  expect(faultsOf(schema, JSON.parse(await readFile(lockfile, 'utf8')))).toEqual([]);
  return await listLocked({ lockfile });
}

describe('a locked reference', () => {
  test('is an entry with all current facts, and no image byte is downloaded', async () => {
    await lock('acme:1', { arch: ['amd64', 'x86_64', 'arm64'], boot: true });
    const image = {
      release: '1',
      variant: 'default',
      snapshot: '20260101',
      digests: [sha256(packed)],
      sizeBytes: packed.length,
      url: 'https://images.acme.example/acme.raw.gz',
      mirrors: ['https://mirror.acme.example/acme.raw.gz'],
      fileName: 'acme.raw.gz',
      layers: ['gz', 'raw'],
      trust: { level: 'checksum' },
      boot: {
        kernel: {
          digests: [sha256(kernel)],
          url: 'https://images.acme.example/vmlinuz',
          fileName: 'vmlinuz',
          layers: [],
          trust: { level: 'checksum' },
        },
        cmdline: 'root=LABEL=root',
      },
      guest: { eol: '2028-06-30' },
      locked: now.toISOString(),
    };
    expect(await entries()).toEqual([
      { alias: 'acme-1', request: 'acme:1', architectures: { amd64: image, arm64: image } },
    ]);
    const asked = line.upstream.requests.map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((one) => one.startsWith('GET') && !one.endsWith('index.json'))).toEqual([]);
    expect(await line.visible()).toEqual([]);
  });

  test('is added to the existing ones; the same again changes no byte of the file', async () => {
    await lock(['acme:1', 'acme']);
    const text = await readFile(lockfile, 'utf8');
    const later = new Date('2026-08-20T12:00:00.000Z');
    const [again] = await lock('acme:1', { now: later });
    expect(again).toMatchObject({ alias: 'acme-1', arch: 'amd64', change: 'unchanged' });
    expect(await readFile(lockfile, 'utf8')).toBe(text);
    const [more] = await lock('acme:1', { arch: 'arm64', now: later });
    expect(more).toMatchObject({ arch: 'arm64', change: 'added' });
    expect((await entries()).map(({ alias }) => alias)).toEqual(['acme-1', 'acme-latest']);
  });

  test('keeps mode and place of a lock file behind a link', async () => {
    await mkdir(join(line.folder, 'real'));
    await writeFile(join(line.folder, 'real/lock'), '{ "lockfileVersion": 1, "images": [] }');
    await chmod(join(line.folder, 'real/lock'), 0o600);
    await symlink('real/lock', lockfile);
    await lock('acme:1');
    expect((await lstat(lockfile)).isSymbolicLink()).toBe(true);
    expect((await stat(lockfile)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(line.folder, 'real'))).toEqual(['lock']);
    expect(await entries()).toHaveLength(1);
  });

  test('an address is locked by the given digest', async () => {
    const url = 'https://images.acme.example/acme.raw.gz';
    const [change] = await lock(url, { digest: sha256(packed), alias: 'mine' });
    expect(change?.image).toMatchObject({
      snapshot: `sha256-${sha256(packed).slice(7, 23)}`,
      digests: [sha256(packed)],
      sizeBytes: packed.length,
      trust: { level: 'pinned' },
    });
    expect(await entries()).toMatchObject([{ alias: 'mine', request: url }]);
  });

  test('if no digest is published, the one of the cached disk is locked, without a request', async () => {
    line.offer({ ...build, digest: undefined } as never, packed);
    const refused = { code: 'ERR_INVALID_REQUEST', details: { field: 'digest' } };
    await expect(lock('acme:1')).rejects.toMatchObject({
      ...refused,
      hint: expect.stringMatching(/--digest.*rootdisk ensure acme:1.*--from-cache/),
    });
    await expect(lock('acme:1', { fromCache: true })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
    });
    await line.ensure('acme:1');
    line.asked();
    const [change] = await lock('acme:1', { fromCache: true });
    expect(line.asked()).toEqual([]);
    expect(change?.image).toMatchObject({
      snapshot: '20260101',
      digests: [sha256(packed)],
      url: 'https://images.acme.example/acme.raw.gz',
      layers: ['gz', 'raw'],
      guest: { eol: '2028-06-30' },
    });
    expect(await entries()).toHaveLength(1);
  });
});

describe('lock add refuses, and then writes nothing', () => {
  test.each<[string, string | string[], Partial<LockImagesOptions>, object]>([
    [
      'an alias that is a vendor',
      'acme:1',
      { alias: 'acme' },
      { details: { field: 'alias', value: 'acme' } },
    ],
    ['an alias with a capital', 'acme:1', { alias: 'Acme' }, { details: { field: 'alias' } }],
    ['a local file', './disk.raw', {}, { details: { field: 'reference' } }],
    ['a password', 'https://u:p@images.acme.example/acme.raw.gz', { digest: sha256(packed) }, {}],
    ['a query', 'https://images.acme.example/acme.raw.gz?t=1', { digest: sha256(packed) }, {}],
    ['a parameter with a password', 'acme:1', { parameters: { at: 'https://u:p@a.example/' } }, {}],
    [
      'one digest for two files',
      'acme:1',
      { arch: ['amd64', 'arm64'], digest: sha256(packed) },
      {},
    ],
    ['one name for two references', ['acme:1', 'acme'], { alias: 'a' }, {}],
    [
      'a file that is not a lock file',
      'acme:1',
      { lockfile: '' },
      { details: { field: 'lockfile' } },
    ],
    ['nothing to lock', [], {}, {}],
    ['a missing release', ['acme:1', 'acme:2'], {}, { code: 'ERR_NOT_FOUND' }],
  ])('%s', async (_, reference, options, error) => {
    await expect(lock(reference, options)).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      ...error,
    });
    expect((await readdir(line.folder)).filter((name) => name.includes('lock'))).toEqual([]);
  });

  test('a name of another request', async () => {
    await lock('acme:1');
    const text = await readFile(lockfile, 'utf8');
    for (const [reference, options] of [
      ['acme', { alias: 'acme-1' }],
      ['acme:1', { variant: 'tiny' }],
    ] as const) {
      await expect(lock(reference, options)).rejects.toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        message: 'acme-1 is locked for acme:1 already',
      });
    }
    expect(await readFile(lockfile, 'utf8')).toBe(text);
  });

  test('a lock file that cannot be read, which is not replaced', async () => {
    await writeFile(lockfile, '{ "lockfileVersion": 2 }');
    await expect(lock('acme:1')).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    expect(await readFile(lockfile, 'utf8')).toBe('{ "lockfileVersion": 2 }');
  });

  test('a folder that does not exist', async () => {
    lockfile = join(line.folder, 'no/such/folder');
    await expect(lock('acme:1')).rejects.toMatchObject({ code: 'ERR_CACHE_IO', exitCode: 7 });
  });
});
