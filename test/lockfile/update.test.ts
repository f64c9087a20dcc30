import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LockfileOptions, LockImagesOptions } from '../../src/core.ts';
import { createRootdisk } from '../../src/index.ts';
import { mirrorsFor } from '../../src/testing/upstream.ts';
import { parseOutput, type Ran, runCli, withFlags } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../fixtures/line.ts';

const rootdisk = createRootdisk(parts);
const packed = gzipSync(makeDisk());
const newer = gzipSync(makeDisk(undefined, 2));
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
  eol: '2028-06-30',
};
const next = { ...build, snapshot: '20260202', file: 'next.raw.gz', digest: sha256(newer) };
const other = { ...build, release: '2', snapshot: '2' };
const now = new Date('2026-07-20T12:00:00.000Z');
const later = new Date('2026-08-20T12:00:00.000Z');

let line: Line;
let lockfile: string;
let mirrors: Record<string, string>;
beforeEach(async () => {
  line = await startLine();
  lockfile = join(line.folder, 'rootdisk.lock.json');
  const named = ['https://images.acme.example/', 'https://mirror.acme.example/'];
  mirrors = mirrorsFor(line.upstream, named);
  line.offer(build, packed);
  index(build, other);
});
afterEach(() => line.close());

function index(...builds: object[]): void {
  line.upstream.route('images.acme.example/index.json', JSON.stringify(builds));
}

function common(): LockfileOptions & { arch: string } {
  return { arch: 'amd64', cacheDir: line.cacheDir, mirrors, lockfile, now };
}

const lock = (reference: string, options: Partial<LockImagesOptions> = {}) =>
  rootdisk.lockImages(reference, { ...common(), ...options });

/** Publishes the newer build instead of the older one of release 1; both files exist. */
function publishNext(): void {
  line.upstream.route('images.acme.example/next.raw.gz', newer);
  index(next, other);
}

describe('update', () => {
  const update = (names: string | string[], options: Partial<LockfileOptions> = {}) =>
    rootdisk.updateLock(names, { ...common(), arch: undefined, now: later, ...options });

  test('changes the named entry and no line of another one', async () => {
    await lock('acme:1', { arch: ['amd64', 'arm64'] });
    await lock('acme:2');
    const before = (await readFile(lockfile, 'utf8')).split('\n');
    publishNext();
    const changes = await update('acme-1', { arch: 'amd64' });
    expect(changes).toMatchObject([
      { alias: 'acme-1', arch: 'amd64', change: 'changed', before: { snapshot: '20260101' } },
    ]);
    const after = (await readFile(lockfile, 'utf8')).split('\n');
    const changed = after.filter((text, at) => text !== before[at]).map((text) => text.trim());
    expect(after).toHaveLength(before.length);
    expect(changed).toEqual([
      '"snapshot": "20260202",',
      `"${sha256(newer)}"`,
      `"sizeBytes": ${newer.length},`,
      '"url": "https://images.acme.example/next.raw.gz",',
      '"fileName": "next.raw.gz",',
      `"locked": "${later.toISOString()}"`,
    ]);
  });

  test('without names updates all, and an unchanged entry keeps every byte', async () => {
    await lock('acme:1');
    await lock('acme:2');
    const before = await readFile(lockfile, 'utf8');
    const changes = await update([]);
    expect(changes.map(({ change }) => change)).toEqual(['unchanged', 'unchanged']);
    expect(await readFile(lockfile, 'utf8')).toBe(before);
  });

  test('an image without a digest is kept, and refused if it is named', async () => {
    const url = 'https://images.acme.example/acme.raw.gz';
    await lock(url, { digest: sha256(packed), alias: 'mine' });
    await lock('acme:1');
    const changes = await update([]);
    expect(changes.map(({ alias, change }) => [alias, change])).toEqual([
      ['acme-1', 'unchanged'],
      ['mine', 'kept'],
    ]);
    await expect(update('mine')).rejects.toMatchObject({ details: { field: 'digest' } });
  });

  test('writes nothing if one of several cannot be locked', async () => {
    await lock('acme:1');
    await lock('acme:2');
    const before = await readFile(lockfile, 'utf8');
    index(next);
    await expect(update([])).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await readFile(lockfile, 'utf8')).toBe(before);
  });

  test.each([
    ['a missing name', 'acme-3', {}, 'alias'],
    ['an architecture that is not locked', 'acme-1', { arch: 'arm64' }, 'arch'],
  ])('%s', async (_, name, options, field) => {
    await lock('acme:1');
    await expect(update(name, options)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field },
    });
  });
});

describe('check', () => {
  const check = async (options: Partial<LockfileOptions> = {}) => {
    const text = await readFile(lockfile, 'utf8');
    const found = await rootdisk.checkLock([], { ...common(), arch: undefined, ...options });
    expect(await readFile(lockfile, 'utf8')).toBe(text);
    return found.map(({ alias, finding, message }) => [alias, finding, message]);
  };

  test('finds nothing if everything is as locked', async () => {
    await lock('acme:1');
    expect(await check()).toEqual([]);
    expect(await line.visible()).toEqual([]);
  });

  test('reports moved builds, and those published again with other bytes', async () => {
    await lock('acme:1');
    await lock('acme:2');
    line.upstream.route('images.acme.example/next.raw.gz', newer);
    index(next, { ...other, digest: sha256(newer) });
    expect(await check()).toEqual([
      ['acme-1', 'moved', 'acme:1 is now build 20260202'],
      ['acme-2', 'moved', '2 was published again with different bytes'],
    ]);
  });

  test('reports outdated builds and those past their end of life', async () => {
    await lock('acme:1');
    expect(await check({ now: later, maxAge: '90d' })).toEqual([]);
    expect(await check({ now: later, maxAge: '30d' })).toEqual([
      ['acme-1', 'aged', 'it was locked on 2026-07-20'],
    ]);
    expect(await check({ now: new Date('2029-01-01') })).toEqual([
      ['acme-1', 'ended', 'its support ended on 2028-06-30'],
    ]);
  });

  test('reports lost addresses, and the other addresses that still work', async () => {
    const mirror = 'https://mirror.acme.example/acme.raw.gz';
    index({ ...build, mirrors: [mirror] });
    await lock('acme:1');
    line.upstream.route('images.acme.example/acme.raw.gz', (_, response) => {
      response.statusCode = 410;
      response.end();
    });
    const url = 'https://images.acme.example/acme.raw.gz';
    expect(await check()).toEqual([
      ['acme-1', 'gone', `${url} is gone, and so are all other addresses`],
    ]);
    line.upstream.route('mirror.acme.example/acme.raw.gz', packed);
    expect(await check()).toEqual([
      ['acme-1', 'gone', `${url} is gone; ${mirror} still has the file`],
    ]);
  });

  test('reports releases that are not offered any more', async () => {
    await lock('acme:2');
    index(build);
    const [found] = await check();
    expect(found?.slice(0, 2)).toEqual(['acme-2', 'gone']);
  });
});

describe('on the command line', () => {
  const run = (...args: string[]): Promise<Ran> =>
    runCli(withFlags(line, args), { cwd: line.folder });

  test('lock check exits with 0 or 10, lock update brings it back to 0', async () => {
    await lock('acme:1');
    const same = await run('lock', 'check');
    expect([same.code, same.stdout]).toEqual([0, 'everything is as it was locked\n']);
    publishNext();
    const moved = await run('lock', 'check', 'acme-1', '--json');
    expect(moved.code).toBe(10);
    expect(parseOutput(moved)).toMatchObject({
      findings: [{ alias: 'acme-1', finding: 'moved', snapshot: '20260101', latest: '20260202' }],
    });
    const updated = await run('lock', 'update', 'acme-1');
    expect(updated.stdout).toMatch(/^acme-1 +amd64 +20260202 +checksum +changed, was 20260101\n$/);
    expect((await run('lock', 'check')).code).toBe(0);
  });

  test('an upstream that refuses is not a change: exit code 4', async () => {
    await lock('acme:1');
    for (const path of ['index.json', 'acme.raw.gz']) {
      line.upstream.route(`images.acme.example/${path}`, (_, response) => {
        response.statusCode = 403;
        response.end();
      });
    }
    const { code, stdout } = await run('lock', 'check');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^acme-1 +amd64 +unreachable/);
  });
});
