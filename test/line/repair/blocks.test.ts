import { readlinkSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awaitCleanUps } from '../../../src/cache/background-work.ts';
import { createRootdisk, type VerifiedEntry, type VerifyCacheOptions } from '../../../src/core.ts';
import { buildQcow2Image } from '../../../src/testing/qcow2-image.ts';
import { startChild } from '../../cache/child.ts';
import { runCli } from '../../cli/spawn-cli.ts';
import '../../faults/hurry.ts';
import type { AcmeBuild } from '../../fixtures/acme.ts';
import { damage } from '../../fixtures/damage.ts';
import { watchHandles } from '../../fixtures/file-operations.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';

const MiB = 1024 ** 2;

/** Data in all blocks of 1 MiB except the third. */
const disk = Buffer.concat([
  makeDisk(MiB, 1),
  makeDisk(MiB, 2),
  Buffer.alloc(MiB),
  makeDisk(MiB, 3),
  makeDisk(MiB / 2, 4),
]);
const packed = gzipSync(disk);
const build: AcmeBuild = {
  release: '1',
  snapshot: '1',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

const { verifyCache } = createRootdisk(parts);

async function repair(options: VerifyCacheOptions = {}): Promise<VerifiedEntry[]> {
  const entries: VerifiedEntry[] = [];
  const { cacheDir, mirrors } = line;
  for await (const entry of verifyCache({ cacheDir, mirrors, repair: true, ...options })) {
    entries.push(entry);
  }
  return entries;
}

/** A cached disk with its download, damaged at the offsets; no request was made since. */
async function damaged(...offsets: number[]): Promise<string> {
  const { path } = await line.ensure('acme:1', { keepSource: true });
  await line.releaseAll();
  for (const offset of offsets) await damage(path, offset);
  line.asked();
  return path;
}

test.runIf(process.platform === 'linux')(
  'a disk that cannot be synced does not replace the damaged one',
  async () => {
    const path = await damaged(MiB + 5000);
    const { ino } = await stat(path);
    await watchHandles('sync', async (fd) => {
      if (basename(readlinkSync(`/proc/self/fd/${fd}`)) !== 'ready') return;
      throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
    });
    const outcome = await repair({ offline: true }).catch((error: unknown) => error);
    expect(await stat(path)).toMatchObject({ ino });
    expect(outcome).not.toMatchObject([{ state: 'repaired' }]);
  },
);

describe('only the damaged blocks are made again', () => {
  test('one of them, from the kept download; nothing else of the entry changes', async () => {
    const path = await damaged(MiB + 5000);
    const before = await Promise.all([readFile(`${path}.json`), readFile(`${path}.blocks`)]);
    const { mtimeMs, ino } = await stat(path);
    expect(await repair({ offline: true })).toMatchObject([
      {
        state: 'repaired',
        reason: '1 damaged block made again from its kept download',
        remade: { from: 'source', blocks: 1 },
      },
    ]);
    expect(await sha256File(path)).toBe(sha256(disk));
    const after = await stat(path);
    expect([after.mtimeMs, after.mode & 0o777]).toEqual([mtimeMs, 0o444]);
    expect(after.ino).not.toBe(ino);
    expect(await Promise.all([readFile(`${path}.json`), readFile(`${path}.blocks`)])).toEqual(
      before,
    );
    expect(await sha256File(`${path}.source`)).toBe(sha256(packed));
    await awaitCleanUps();
    expect(await readdir(join(line.cacheDir, 'images-v1/.staging'))).toEqual([]);
    expect(await repair({ repair: false })).toMatchObject([{ state: 'intact' }]);
    expect(line.asked()).toEqual([]);
    expect(await line.ensure('acme:1', { offline: true })).toMatchObject({ origin: 'cache' });
  });

  test('several in parallel, one in a hole, and the short one at the end', async () => {
    const path = await damaged(5000, MiB + 1, 2 * MiB + 7, disk.length - 1);
    expect(await repair({ offline: true })).toMatchObject([
      { state: 'repaired', remade: { from: 'source', blocks: 4 } },
    ]);
    expect(await sha256File(path)).toBe(sha256(disk));
    // The hole is one again, and so are the zeros in blocks with data.
    expect((await stat(path)).blocks * 512).toBeLessThan(2 * MiB);
  });

  test('a process that has the damaged disk open keeps its content', async () => {
    const path = await damaged(5000);
    const bytes = await readFile(path);
    const handle = await open(path);
    await repair({ offline: true });
    expect((await handle.readFile()).equals(bytes)).toBe(true);
    await handle.close();
    expect(await sha256File(path)).toBe(sha256(disk));
  });

  test('the command line reports their number, in JSON too', async () => {
    await damaged(5000, 3 * MiB + 5000);
    const run = ['cache', 'verify', '--repair', '--offline', '--cache-dir', line.cacheDir];
    const { code, stdout } = await runCli([...run, '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { entries: [{ state: 'repaired', remade: { from: 'source', blocks: 2 } }], damaged: 0 },
    ]);
  });
});

describe('other files of the same source are used too', () => {
  const extents = [0, 1, 3].map((block) => ({
    position: block * MiB,
    bytes: disk.subarray(block * MiB, block * MiB + 262144),
  }));
  const { bytes: image } = buildQcow2Image({ virtualSize: 4 * MiB, extents });
  test.each([
    ['as it was published', 'acme.qcow2', ['qcow2'], image],
    ['compressed when published', 'acme.qcow2.gz', ['gz', 'qcow2'], gzipSync(image)],
  ])('the image in its own format, %s', async (_, file, layers, bytes) => {
    line.offer({ ...build, file, layers, digest: sha256(bytes) }, bytes);
    const own = await line.ensure('acme:1', { format: 'source' });
    const { path } = await line.ensure('acme:1');
    await line.releaseAll();
    line.asked();
    const good = await sha256File(path);
    await damage(path, MiB + 4096);
    const found = await repair({ offline: true });
    expect(found.find(({ name }) => name.endsWith('.raw'))).toMatchObject({
      state: 'repaired',
      reason: `1 damaged block made again from ${basename(own.path)}`,
    });
    expect(await sha256File(path)).toBe(good);
    // The other one is damaged too: there is no source any more.
    await damage(path, MiB + 4096);
    await damage(own.path, image.length - 100);
    const again = await repair({ offline: true });
    expect(again.map(({ state }) => state)).toEqual(['damaged', 'damaged']);
    expect(line.asked()).toEqual([]);
  });

  test('a download that was cut off before its disk was published', async () => {
    const path = await damaged(5000);
    const staging = join(line.cacheDir, 'images-v1/.staging', basename(path));
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { mode: 0o700 });
    await copyFile(`${path}.source`, join(staging, 'download'));
    await rm(`${path}.source`);
    expect(await repair({ offline: true })).toMatchObject([
      { reason: '1 damaged block made again from an unpublished download' },
    ]);
    expect(await sha256File(path)).toBe(sha256(disk));
  });
});

test('a damaged source is not used: the disk is downloaded again, and the result gives the reason', async () => {
  const path = await damaged(5000);
  await damage(`${path}.source`, 60);
  expect(await repair()).toMatchObject([
    {
      state: 'repaired',
      reason:
        'fetched again from https://images.acme.example/acme.raw.gz (its kept download is damaged too)',
      remade: { from: 'network' },
    },
  ]);
  expect(line.asked()).toEqual(['acme.raw.gz']);
  expect(await sha256File(path)).toBe(sha256(disk));
  expect(await sha256File(`${path}.source`)).toBe(sha256(packed));
});

test('without digests of the blocks the whole disk is made from the kept download', async () => {
  const path = await damaged(5000);
  await rm(`${path}.blocks`);
  const [found] = await repair({ offline: true });
  expect(found).toMatchObject({
    state: 'repaired',
    reason: 'made again from its kept download',
    remade: { from: 'source' },
  });
  expect(found?.remade).not.toHaveProperty('blocks');
  expect(await sha256File(path)).toBe(sha256(disk));
});

test('a repair that is killed at any step leaves the old file or the complete new one', {
  timeout: 240_000,
}, async () => {
  const path = await damaged(5000);
  const bad = await sha256File(path);
  let isDone = false;
  let killed = 0;
  for (let step = 1; !isDone; step += 1) {
    const child = startChild('repair-and-die.ts', [line.cacheDir, String(step)]);
    const { code, errors } = await child.ended();
    const is = await sha256File(path);
    expect([bad, sha256(disk)], `step ${step}`).toContain(is);
    isDone = code === 0;
    expect(isDone || child.process.signalCode === 'SIGKILL', errors).toBe(true);
    if (!isDone) killed += 1;
    if (is !== bad) await damage(path, 5000);
  }
  expect(killed).toBeGreaterThan(8);
  expect(await repair({ offline: true })).toMatchObject([{ remade: { blocks: 1 } }]);
  expect(await sha256File(path)).toBe(sha256(disk));
});
