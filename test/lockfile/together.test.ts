import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRootdisk, listLocked } from '../../src/index.ts';
import { runCli, withFlags } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../fixtures/line.ts';

const { ensureImages, lockImages } = createRootdisk(parts);
const program = fileURLToPath(new URL('../fixtures/lock-many.ts', import.meta.url));
const packed = gzipSync(makeDisk());
const build = {
  release: '1',
  snapshot: '20260101',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};

let line: Line;
let lockfile: string;
beforeEach(async () => {
  line = await startLine();
  lockfile = join(line.folder, 'rootdisk.lock.json');
  line.offer(build, packed);
});
afterEach(() => line.close());

function lockMany(prefix: string, count: number): Promise<unknown> {
  const { cacheDir, mirrors } = line;
  const args = [program, prefix, String(count), lockfile, cacheDir, JSON.stringify(mirrors)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return once(child, 'exit');
}

describe('several calls that change one lock file', () => {
  test('four parallel processes lose no entry, and leave no other file', async () => {
    const exits = await Promise.all(['a', 'b', 'c', 'd'].map((prefix) => lockMany(prefix, 12)));
    expect(exits).toEqual(Array.from({ length: 4 }, () => [0, null]));
    expect(await listLocked({ lockfile })).toHaveLength(48);
    const names = (await readdir(line.folder)).filter((name) => name.includes('lock'));
    expect(names).toEqual(['rootdisk.lock.json']);
  }, 120_000);

  test('one process may change it twice in parallel', async () => {
    const { cacheDir, mirrors } = line;
    const aliases = ['a', 'b', 'c', 'd', 'e'];
    const options = { arch: 'amd64', cacheDir, mirrors, lockfile };
    await Promise.all(aliases.map((alias) => lockImages('acme:1', { ...options, alias })));
    expect((await listLocked({ lockfile })).map(({ alias }) => alias)).toEqual(aliases);
  });

  test('a folder that does not exist is reported', async () => {
    const { cacheDir, mirrors } = line;
    const path = join(line.folder, 'none', 'rootdisk.lock.json');
    const locking = lockImages('acme:1', { arch: 'amd64', cacheDir, mirrors, lockfile: path });
    await expect(locking).rejects.toMatchObject({ code: 'ERR_CACHE_IO', details: { path } });
  });
});

describe('a name of a lock entry among several references', () => {
  beforeEach(async () => {
    const { cacheDir, mirrors } = line;
    await lockImages('acme:1', { alias: 'web', arch: 'amd64', cacheDir, mirrors, lockfile });
  });

  test('is the pinned image, and the others are those of their vendors', async () => {
    const next = { ...build, snapshot: '20260202', file: 'next.raw.gz' };
    line.offer(next, packed);
    const { cacheDir, mirrors } = line;
    const options = { arch: 'amd64', cacheDir, mirrors, lockfile };
    const outcomes = await ensureImages(['web', 'acme:1', 'nothing-1'], options);
    const found = outcomes.map((one) =>
      one.status === 'fulfilled' ? [one.value.snapshot, one.value.trust.level] : one.reason.code,
    );
    expect(found).toEqual([['20260101', 'pinned'], ['20260202', 'checksum'], 'ERR_NOT_FOUND']);
  });

  test('uses the connection of the call', async () => {
    line.asked();
    const sockets = new Set<unknown>();
    line.upstream.route('images.acme.example/acme.raw.gz', (_, response) => {
      sockets.add(response.socket);
      response.writeHead(200, { 'content-length': packed.length });
      response.end(packed);
    });
    line.upstream.route('images.acme.example/index.json', (_, response) => {
      sockets.add(response.socket);
      response.end(JSON.stringify([build]));
    });
    const { cacheDir, mirrors } = line;
    const options = { arch: 'amd64', cacheDir, mirrors, lockfile };
    const outcomes = await ensureImages(['web', 'acme:1'], options);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(line.asked()).toEqual(['acme.raw.gz', 'index.json']);
    expect(sockets.size).toBe(1);
  });

  test('rootdisk ensure prints one path for each line, in the order given', async () => {
    const next = { ...build, snapshot: '20260202', file: 'next.raw.gz' };
    line.offer(next, packed);
    const args = withFlags(line, ['ensure', 'web', 'acme:1']);
    const { code, stdout, stderr } = await runCli(args, { cwd: line.folder });
    const path = (snapshot: string) =>
      join(line.cacheDir, 'images-v1', `acme_1_default_amd64_${snapshot}.raw`);
    expect([code, stdout]).toEqual([0, `${path('20260101')}\n${path('20260202')}\n`]);
    expect(stderr).toContain('reading ./rootdisk.lock.json');
  });
});
