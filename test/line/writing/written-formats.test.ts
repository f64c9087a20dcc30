import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloneDisk, convertImage, createRootdisk, type VerifiedEntry } from '../../../src/index.ts';
import { buildQcow2Image, buildVhdxImage } from '../../../src/testing/index.ts';
import { mountTmpfs } from '../../cache/tmpfs.ts';
import { parseOutput, runCli, withFlags } from '../../cli/spawn-cli.ts';
import type { AcmeBuild } from '../../fixtures/acme.ts';
import { damage } from '../../fixtures/damage.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { content } from '../../formats/qcow2/disk.ts';

const MiB = 1024 ** 2;
const disk = makeDisk();
const packed = gzipSync(disk);
const build: AcmeBuild = {
  release: '1',
  snapshot: '1',
  file: 'acme.raw.gz',
  layers: ['gz', 'raw'],
  digest: sha256(packed),
};
const { verifyCache, resolveImage, listCache, pruneCache } = createRootdisk(parts);

let line: Line;
beforeEach(async () => {
  line = await startLine();
  line.offer(build, packed);
});
afterEach(() => line.close());

/** The digest of the disk inside. */
async function inside(path: string): Promise<string> {
  const folder = await mkdtemp(join(line.folder, 'back-'));
  await convertImage(path, join(folder, 'disk'), { to: 'raw' });
  return await sha256File(join(folder, 'disk'));
}

async function verify(repair: boolean): Promise<VerifiedEntry[]> {
  const entries: VerifiedEntry[] = [];
  const { cacheDir, mirrors } = line;
  for await (const entry of verifyCache({ cacheDir, mirrors, repair })) entries.push(entry);
  return entries;
}

describe.each(['vhd', 'vhdx', 'vdi'])('format: %s', (format) => {
  test('is an entry of its own, which answers the next call and works offline', async () => {
    const image = await line.ensure('acme:1', { format });
    expect(image).toMatchObject({ format, origin: 'network', virtualSize: disk.length });
    expect(image.trust.level).toBe('checksum');
    expect(image.path).toMatch(new RegExp(`acme_1_default_amd64_1\\.${format}$`));
    expect(image.sizeBytes).toBe((await stat(image.path)).size);
    expect(await inside(image.path)).toBe(sha256(disk));
    expect(await line.visible()).toHaveLength(1);
    line.asked();
    const again = await line.ensure('acme:1', { format });
    expect(again).toMatchObject({ path: image.path, origin: 'cache' });
    expect(line.asked()).not.toContain(build.file);
    const offline = await line.ensure('acme:1', { format, offline: true });
    expect(offline.path).toBe(image.path);
    await expect(line.ensure('acme:1', { offline: true })).rejects.toMatchObject({
      code: 'ERR_OFFLINE_MISS',
    });
    expect(await verify(false)).toMatchObject([{ state: 'intact' }]);
  });

  test('is made from the cached raw disk without a second download', async () => {
    const fresh = await line.ensure('acme:1', { format });
    const bytes = await readFile(fresh.path);
    const other = await startLine();
    try {
      other.offer(build, packed);
      const raw = await other.ensure('acme:1');
      other.asked();
      const image = await other.ensure('acme:1', { format });
      expect(other.asked()).not.toContain(build.file);
      expect(image).toMatchObject({ format, origin: 'cache', trust: { level: 'checksum' } });
      expect(Buffer.compare(await readFile(image.path), bytes)).toBe(0);
      expect(await sha256File(raw.path)).toBe(sha256(disk));
      expect(await other.visible()).toHaveLength(2);
    } finally {
      await other.close();
    }
  });

  test('is made again if it is damaged, from the raw disk or a download', async () => {
    const { path } = await line.ensure('acme:1', { format });
    await line.releaseAll();
    const good = await readFile(path);
    await damage(path, 200);
    line.asked();
    expect(await verify(true)).toMatchObject([{ state: 'repaired' }]);
    expect(line.asked()).toContain(build.file);
    expect(Buffer.compare(await readFile(path), good)).toBe(0);

    const raw = await line.ensure('acme:1');
    await line.releaseAll();
    await damage(path, 200);
    line.asked();
    const verdicts = await verify(true);
    expect(verdicts.map(({ state }) => state).sort()).toEqual(['intact', 'repaired']);
    expect(verdicts.find(({ state }) => state === 'repaired')?.reason).toContain('.raw');
    expect(line.asked()).not.toContain(build.file);
    expect(Buffer.compare(await readFile(path), good)).toBe(0);

    await damage(path, 200);
    const image = await line.ensure('acme:1', { format, verify: true });
    expect(Buffer.compare(await readFile(image.path), good)).toBe(0);
    expect(await sha256File(raw.path)).toBe(sha256(disk));
  });

  test('is listed, pruned and cloned like any disk', async () => {
    const image = await line.ensure('acme:1', { format });
    const clone = join(line.folder, `vm.${format}`);
    await cloneDisk(image, clone);
    expect(await sha256File(clone)).toBe(await sha256File(image.path));
    await line.releaseAll();
    const { cacheDir } = line;
    expect((await listCache({ cacheDir })).entries).toMatchObject([{ path: image.path, format }]);
    await pruneCache({ cacheDir, budget: 0 });
    expect(await line.visible()).toEqual([]);
  });
});

describe('not written is', () => {
  test("the vendor's file if it has that format already", async () => {
    const extents = [{ position: 0, bytes: disk }];
    const { bytes } = buildVhdxImage({ virtualSize: disk.length, extents });
    const own = { ...build, file: 'acme.vhdx', layers: ['vhdx'], digest: sha256(bytes) };
    line.offer(own, bytes);
    const image = await line.ensure('acme:1', { format: 'vhdx' });
    expect(await sha256File(image.path)).toBe(own.digest);
    const source = await line.ensure('acme:1', { format: 'source' });
    expect(source).toMatchObject({ path: image.path, origin: 'cache' });
  });

  test('an unknown format, which is refused with the known ones', async () => {
    await expect(line.ensure('acme:1', { format: 'vhdz' })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      hint: expect.stringMatching(/^Did you mean vhdx?\? Use one of: raw, source, .*vhdx/),
      details: { field: 'format', value: 'vhdz' },
    });
    expect(line.asked()).toEqual([]);
  });

  test('a size that the format cannot hold, and no file is left', async () => {
    const virtualSize = 2041 * 1024 * MiB;
    const extents = [{ position: 0, bytes: disk.subarray(0, 65536) }];
    const { bytes } = buildQcow2Image({ virtualSize, extents, clusterBits: 21 });
    line.offer({ ...build, file: 'acme.qcow2', layers: ['qcow2'], digest: sha256(bytes) }, bytes);
    const limits = { virtualBytes: 4096 * 1024 * MiB };
    await expect(line.ensure('acme:1', { format: 'vhd', limits })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      hint: expect.stringContaining('vhdx'),
    });
    expect(await line.visible()).toEqual([]);
  });
});

test('anything after an abort, and no file is left', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const run = line.ensure('acme:1', {
    format: 'vhdx',
    signal: abort.signal,
    onProgress: (event) => {
      if (event.type === 'stage' && event.message.startsWith('writing')) abort.abort(reason);
    },
  });
  await expect(run).rejects.toBe(reason);
  expect(await line.visible()).toEqual([]);
});

test('anything to a file system that becomes full: no entry, and the next call continues', async ({
  skip,
}) => {
  const noise = content('noise', 1, 3 * MiB);
  const bytes = Buffer.concat([makeDisk(MiB), noise]);
  const zipped = gzipSync(bytes);
  line.offer({ ...build, digest: sha256(zipped) }, zipped);
  // Room for the download and the raw disk.
  const cacheDir = await mountTmpfs(zipped.length + 4 * MiB);
  if (cacheDir === undefined) return skip();
  const run = line.ensure('acme:1', { format: 'vdi', cacheDir });
  await expect(run).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
  const names = await readdir(join(cacheDir, 'images-v1'));
  expect(names.filter((name) => name.includes('.vdi') || name.includes('.raw'))).toEqual([]);
  execFileSync('mount', ['-o', `remount,size=${64 * MiB}`, cacheDir]);
  const image = await line.ensure('acme:1', { format: 'vdi', cacheDir });
  expect(await inside(image.path)).toBe(sha256(bytes));
  await line.releaseAll();
});

test('the command line gives the format, and clones it', async () => {
  const out = join(line.folder, 'vm.vdi');
  const args = ['ensure', 'acme:1', '--format', 'vdi', '--output', out, '--json'];
  const ran = await runCli(withFlags(line, args), { cwd: line.folder });
  expect(ran.code).toBe(0);
  expect(parseOutput(ran)).toMatchObject({ format: 'vdi', clone: { path: out } });
  expect(await inside(out)).toBe(sha256(disk));
});

test('resolveImage names the entry', async () => {
  const { cacheDir, mirrors } = line;
  const options = { cacheDir, mirrors, arch: 'amd64', format: 'vdi' };
  expect((await resolveImage('acme:1', options)).cacheName).toBe('acme_1_default_amd64_1.vdi');
});
