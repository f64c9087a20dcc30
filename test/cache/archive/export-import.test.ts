import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ExportMember,
  formatTarHead,
  tarPadding,
} from '../../../src/cache/archive/tar-head.ts';
import { createRootdisk, type ImportOptions } from '../../../src/core.ts';
import { runCli } from '../../cli/spawn-cli.ts';
import { type Line, makeDisk, parts, sha256, sha256File, startLine } from '../../fixtures/line.ts';

let line: Line;
const disk = makeDisk(8 * 1024 ** 2);
const name = 'acme_1_default_amd64_20260101.raw';
const { exportCache, importCache, listCache, ensureImage } = createRootdisk(parts);
let tar: string;
let other: string;

beforeEach(async () => {
  line = await startLine();
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk) }, disk);
  tar = join(line.folder, 'disks.tar');
  other = join(line.folder, 'other');
});
afterEach(() => line.close());

async function exported(keepSource: boolean): Promise<string> {
  await line.ensure('acme:1', { keepSource });
  const { entries } = await exportCache(tar, [], { cacheDir: line.cacheDir });
  expect(entries).toMatchObject([{ name, hasSource: keepSource }]);
  return entries[0]?.contentDigest ?? '';
}

const take = (options: ImportOptions = {}) => importCache(tar, { cacheDir: other, ...options });
const names = async (): Promise<string[]> =>
  (await listCache({ cacheDir: other })).entries.map((entry) => entry.name);
const nothingLeft = async (): Promise<void> => {
  expect(await names()).toEqual([]);
  expect(await readdir(join(other, 'images-v1/.staging')).catch(() => [])).toEqual([]);
};
/** An archive of plain members. */
async function pack(members: [Partial<ExportMember> & { name: string; type?: string }, string][]) {
  const parts = members.flatMap(([{ type = '0', ...member }, text]) => {
    const body = Buffer.from(text);
    const head = formatTarHead({ sizeBytes: body.length, mtimeMs: 0, ...member });
    if (type !== '0') head.write(type, 156);
    if (type !== '0') head.write(`${sumOf(head).toString(8).padStart(6, '0')}\0 `, 148);
    return [head, body, tarPadding(body.length)];
  });
  await writeFile(tar, Buffer.concat([...parts, Buffer.alloc(1024)]));
}
const sumOf = (block: Buffer): number =>
  block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);

test('a disk with its download is decoded again, and has trust none without further proof', async () => {
  await exported(true);
  const { entries } = await take();
  expect(entries).toMatchObject([{ name, state: 'imported', trust: 'none' }]);
  expect(await sha256File(entries[0]?.path ?? '')).toBe(sha256(disk));
  const ask = (trust: 'auto' | 'none') =>
    ensureImage('acme:1', { arch: 'amd64', cacheDir: other, offline: true, trust });
  await expect(ask('auto')).rejects.toMatchObject({ code: 'ERR_OFFLINE_MISS' });
  const image = await ask('none');
  expect(image.trust.level).toBe('none');
  await image.dispose();
});

test('the digest of the published file makes it pinned, and it answers offline', async () => {
  await exported(true);
  const { entries } = await take({ digest: sha256(disk) });
  expect(entries).toMatchObject([{ trust: 'pinned' }]);
  const options = { arch: 'amd64', cacheDir: other, offline: true };
  const image = await ensureImage('acme:1', options);
  expect(image).toMatchObject({ origin: 'cache', trust: { level: 'pinned' } });
  await image.dispose();
});

test('a disk without its download needs its content digest; its holes stay holes', async () => {
  const contentDigest = await exported(false);
  expect((await stat(tar)).size).toBeLessThan(disk.length / 4);
  await expect(take()).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
  await expect(take({ digest: sha256(disk) })).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
  await nothingLeft();
  const { entries } = await take({ digest: contentDigest });
  expect(entries).toMatchObject([{ name, state: 'imported', trust: 'pinned' }]);
  const path = entries[0]?.path ?? '';
  expect(await sha256File(path)).toBe(sha256(disk));
  expect((await stat(path)).blocks * 512).toBeLessThan(disk.length / 2);
  expect((await take({ digest: contentDigest })).entries).toMatchObject([{ state: 'present' }]);
});

test('GNU tar reads the archive with its holes', async () => {
  await exported(false);
  const out = join(line.folder, 'out');
  await mkdir(out);
  execFileSync('tar', ['-xf', tar, '-C', out]);
  expect((await readdir(out)).sort()).toEqual([
    name,
    `${name}.blocks`,
    `${name}.evidence`,
    `${name}.json`,
  ]);
  expect(await sha256File(join(out, name))).toBe(sha256(disk));
  expect((await stat(join(out, name))).blocks * 512).toBeLessThan(disk.length / 2);
});

test('an existing disk stays, with its trust', async () => {
  await exported(true);
  const { entries } = await importCache(tar, { cacheDir: line.cacheDir });
  expect(entries).toMatchObject([{ state: 'present', trust: 'checksum' }]);
});

test('damage anywhere in the archive prevents the import', async () => {
  const contentDigest = await exported(false);
  const good = await readFile(tar);
  const positions = [...Array(24).keys()].map((at) => Math.floor((good.length * at) / 24) + 7);
  for (const position of positions) {
    const bad = Buffer.from(good);
    bad[position] = (bad[position] ?? 0) ^ 0x41;
    await writeFile(tar, bad);
    const taken = await take({ digest: contentDigest }).catch(() => undefined);
    // Unused parts may be damaged: padding, evidence, digests that are computed again.
    if (taken !== undefined)
      expect(await sha256File(taken.entries[0]?.path ?? '')).toBe(sha256(disk));
    await rm(other, { recursive: true, force: true });
  }
  for (const length of [0, 300, 1024, Math.floor(good.length / 2), good.length - 4096]) {
    await writeFile(tar, good.subarray(0, length));
    await expect(take({ digest: contentDigest })).rejects.toMatchObject({ code: 'ERR_DECODE' });
    await nothingLeft();
  }
});

test('a record that claims the digests of another file is refused', async () => {
  await exported(true);
  const record = JSON.parse(await readFile(`${line.cacheDir}/images-v1/${name}.json`, 'utf8'));
  const evil = makeDisk(8 * 1024 ** 2, 66);
  await pack([
    [{ name: `${name}.json` }, JSON.stringify(record)],
    [{ name: `${name}.source` }, evil.toString('latin1').slice(0, 1000)],
  ]);
  await expect(take()).rejects.toMatchObject({ code: 'ERR_DECODE' });
  const head = formatTarHead({
    name: `${name}.json`,
    sizeBytes: JSON.stringify(record).length,
    mtimeMs: 0,
  });
  const text = Buffer.from(JSON.stringify(record));
  const source = formatTarHead({ name: `${name}.source`, sizeBytes: evil.length, mtimeMs: 0 });
  await writeFile(
    tar,
    Buffer.concat([head, text, tarPadding(text.length), source, evil, Buffer.alloc(1024)]),
  );
  await expect(take({ digest: sha256(disk) })).rejects.toMatchObject({ code: 'ERR_DIGEST' });
  await nothingLeft();
});

test('records of another name, links, paths and huge sizes are refused, and existing disks stay', async () => {
  await exported(true);
  const record = JSON.parse(await readFile(`${line.cacheDir}/images-v1/${name}.json`, 'utf8'));
  const text = JSON.stringify(record);
  const elsewhere = name.replace('acme', 'ubuntu');
  const huge = JSON.stringify({ ...record, source: { ...record.source, sizeBytes: 2 ** 50 } });
  const own: [{ name: string }, string] = [{ name: `${name}.json` }, text];
  const cases: [string, Parameters<typeof pack>[0], string][] = [
    ['a record under another name', [[{ name: `${elsewhere}.json` }, text]], 'ERR_DIGEST'],
    [
      'a record that is of another vendor than its name',
      [[{ name: `${elsewhere}.json` }, JSON.stringify({ ...record, name: elsewhere })]],
      'ERR_DIGEST',
    ],
    ['a record that is none', [[{ name: `${name}.json` }, '{}']], 'ERR_CACHE_IO'],
    ['a name that is no cache name', [[{ name: 'passwd.json' }, text]], 'ERR_INVALID_REQUEST'],
    ['a symbolic link', [own, [{ name, type: '2' }, '']], 'ERR_UNSAFE_IMAGE'],
    ['a hard link', [own, [{ name, type: '1' }, '']], 'ERR_UNSAFE_IMAGE'],
    ['an absolute path', [[{ name: '/etc/cron.d/x.json' }, text]], 'ERR_UNSAFE_IMAGE'],
    ['a path upwards', [[{ name: `../${name}.json` }, text]], 'ERR_UNSAFE_IMAGE'],
    ['a hidden file', [[{ name: '.staging' }, text]], 'ERR_UNSAFE_IMAGE'],
    ['a file of another entry', [own, [{ name: `${elsewhere}.source` }, 'x']], 'ERR_DECODE'],
    ['no disk at all', [own], 'ERR_DECODE'],
    ['a huge record', [[{ name: `${name}.json`, sizeBytes: 2 ** 40 }, '']], 'ERR_LIMIT'],
    [
      'a huge download',
      [
        [own[0], huge],
        [{ name: `${name}.source`, sizeBytes: 2 ** 50 }, ''],
      ],
      'ERR_SIZE',
    ],
  ];
  for (const [what, members, code] of cases) {
    await pack(members);
    const error = await take({ digest: sha256(disk) }).catch((reason: unknown) => reason);
    expect({ what, error }).toMatchObject({ what, error: { code } });
    await nothingLeft();
  }
});

test('the commands refuse an existing file and an unknown name, and work on another machine', async () => {
  const { path } = await line.ensure('acme:1', { keepSource: true });
  const cli = (...args: string[]) =>
    runCli([...args, '--cache-dir', line.cacheDir], { cwd: line.folder });
  expect((await cli('cache', 'export', 'disks.tar', name.replace('1', '2'))).code).toBe(3);
  expect(await readdir(line.folder)).toEqual(['cache']);
  const ran = await cli('cache', 'export', 'disks.tar', path);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stdout).toContain(`${name}  ${sha256(disk)}  with its download`);
  expect((await cli('cache', 'export', 'disks.tar')).code).toBe(2);
  expect((await cli('cache', 'export', 'disks.tar', '--force')).code).toBe(0);
  const args = ['cache', 'import', tar, '--cache-dir', other];
  const ofAnother = ['--digest', `content-sha256:${'0'.repeat(64)}`];
  const taken = await runCli([...args, ...ofAnother, '--digest', sha256(disk)]);
  expect(taken.stdout).toMatch(/^NAME.*\nacme_1_.*imported +pinned/);
  expect((await runCli([...args, '--digest', 'sha256:zz'])).code).toBe(2);
  expect((await runCli(['cache', 'import', 'nothing.tar', '--cache-dir', other])).code).toBe(7);
});
