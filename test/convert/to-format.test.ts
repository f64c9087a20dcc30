import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { partialPath } from '../../src/convert/partial-file.ts';
import { builtIns, convertImage, createRootdisk } from '../../src/index.ts';
import { type DiskWriter, defineWriter } from '../../src/kit.ts';
import { isWriter } from '../../src/parts/format-kinds.ts';
import { buildQcow2Image } from '../../src/testing/index.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { mountTmpfs } from '../cache/tmpfs.ts';
import { main, runCli } from '../cli/spawn-cli.ts';
import { makeDisk, sha256 } from '../fixtures/line.ts';
import { content } from '../formats/qcow2/disk.ts';

const MiB = 1024 * 1024;
const disk = makeDisk(4 * MiB);
const writers = builtIns.formats.filter(isWriter);
const invalid = { code: 'ERR_INVALID_REQUEST', remedy: 'usage' };

async function folderWith(name: string, bytes: Uint8Array): Promise<string> {
  const folder = await tempDir();
  await writeFile(join(folder, name), bytes);
  return folder;
}

describe.each(writers)('$id', ({ id, extension }) => {
  const ending = extension ?? id;

  test('a raw disk, and a packed one, become the same file, which reads back', async () => {
    const folder = await folderWith('disk.raw', disk);
    await writeFile(join(folder, 'disk.gz'), gzipSync(disk));
    const at = (name: string) => join(folder, name);
    const image = await convertImage(at('disk.raw'), at(`one.${ending}`), { to: id });
    expect(image).toMatchObject({ format: id, layers: ['raw'], virtualSize: disk.length });
    await convertImage(at('disk.gz'), at(`two.${ending}`), { to: id });
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => readFile(at(`${name}.${ending}`))),
    );
    expect(sha256(one ?? disk)).toBe(sha256(two ?? disk));
    await convertImage(at(`one.${ending}`), at('back.raw'), { to: 'raw' });
    // Some formats are filled up with zeros.
    const back = createReadStream(at('back.raw'), { end: disk.length - 1 });
    expect(sha256(await buffer(back))).toBe(sha256(disk));
    expect(await readdir(folder)).toHaveLength(5);
  });

  test('holes of the disk are holes of the file', async () => {
    const extents = [
      { position: 0, bytes: disk.subarray(0, 64 * 1024) },
      { position: 900 * MiB, bytes: content('noise', 1, 64 * 1024) },
    ];
    const { bytes } = buildQcow2Image({ virtualSize: 1024 * MiB, extents });
    const folder = await folderWith('disk.qcow2', bytes);
    const out = join(folder, 'out');
    const { allocatedBytes } = await convertImage(join(folder, 'disk.qcow2'), out, { to: id });
    expect(allocatedBytes).toBeLessThan(2 * MiB);
    expect((await stat(out)).blocks * 512).toBe(allocatedBytes);
  });

  test('a full file system leaves nothing', async ({ skip }) => {
    const folder = await mountTmpfs(MiB);
    if (folder === undefined) return skip();
    const input = join(await folderWith('disk.raw', content('noise', 1, 4 * MiB)), 'disk.raw');
    const run = convertImage(input, join(folder, 'out'), { to: id, from: ['raw'] });
    await expect(run).rejects.toMatchObject({ code: 'ERR_NO_SPACE' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('an abort in the middle leaves nothing', async () => {
    const folder = await folderWith('disk.raw', content('noise', 1, 8 * MiB));
    const abort = new AbortController();
    const reason = new Error('enough');
    const run = convertImage(join(folder, 'disk.raw'), join(folder, 'out'), {
      to: id,
      from: ['raw'],
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(['disk.raw']);
  });
});

describe('which writer', () => {
  test.each([
    ['out.vhd', undefined, 'vhd'],
    ['OUT.VHDX', undefined, 'vhdx'],
    ['out.vhdx', 'vdi', 'vdi'],
    ['out.vhdx', 'raw', 'raw'],
    ['out.vhdx.img', undefined, 'raw'],
    ['vhdx', undefined, 'raw'],
    ['out.tar.gz', undefined, 'raw'],
  ])('%s with --to %s is %s', async (name, to, format) => {
    const folder = await folderWith('disk.raw', disk);
    const image = await convertImage(join(folder, 'disk.raw'), join(folder, name), { to });
    expect(image.format).toBe(format);
  });

  test.each([
    ['vhdz', /^the format "vhdz" is not known$/, /^Did you mean vhdx?\? Use one of: raw, .*vhdx/],
    ['', /the format ""/, /^Use one of: raw, /],
    ['vhdx,block=1', /the option "block" of vhdx/, /vhdx takes no options; leave it out/],
    ['raw,x=1', /the option "x" of raw/, /raw takes no options/],
  ])('--to %s is refused', async (to, message, hint) => {
    const folder = await folderWith('disk.raw', disk);
    const run = convertImage(join(folder, 'disk.raw'), join(folder, 'out'), { to });
    await expect(run).rejects.toMatchObject({
      ...invalid,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      details: { field: 'to' },
    });
    expect(await readdir(folder)).toEqual(['disk.raw']);
  });

  test('a size that the format cannot hold is refused before a byte is written', async () => {
    const virtualSize = 2040 * 1024 * MiB + 512;
    const extents = [{ position: 0, bytes: disk.subarray(0, 65536) }];
    const { bytes } = buildQcow2Image({ virtualSize, extents, clusterBits: 21 });
    const folder = await folderWith('disk.qcow2', bytes);
    const limits = { virtualBytes: 4 * 1024 * 1024 * MiB };
    const run = convertImage(join(folder, 'disk.qcow2'), join(folder, 'out.vhd'), { limits });
    await expect(run).rejects.toMatchObject({ ...invalid, hint: expect.stringContaining('vhdx') });
    expect(await readdir(folder)).toEqual(['disk.qcow2']);
  });
});

describe('a writer of a plug-in', () => {
  const upside: DiskWriter = defineWriter({
    kind: 'writer',
    id: 'upside',
    extension: 'up.side',
    options: { case: { values: ['keep', 'flip'], default: 'keep' } },
    async check() {},
    async write(from, out, { options }) {
      const bytes = Uint8Array.from(await from.read(0, from.virtualSize));
      if (options['case'] === 'flip') bytes.reverse();
      await out.write(0, bytes);
    },
  });

  test('is chosen by its ending, and its options are read', async () => {
    const folder = await folderWith('disk.raw', disk);
    const convert = createRootdisk({ formats: [...builtIns.formats, upside] }).convertImage;
    const [input, out] = [join(folder, 'disk.raw'), join(folder, 'out.up.side')];
    expect((await convert(input, out)).format).toBe('upside');
    expect(sha256(await readFile(out))).toBe(sha256(disk));
    await convert(input, out, { to: 'upside,case=flip', force: true });
    expect(sha256(await readFile(out))).toBe(sha256(Uint8Array.from(disk).reverse()));
    await expect(
      convert(input, out, { to: 'upside,case=flop', force: true }),
    ).rejects.toMatchObject({
      hint: 'Did you mean flip? Use one of: keep, flip.',
    });
    await expect(
      convert(input, out, { to: 'upside,csae=flip', force: true }),
    ).rejects.toMatchObject({
      hint: 'Did you mean case? Use one of: case.',
    });
  });

  test('that throws is named', async () => {
    const folder = await folderWith('disk.raw', disk);
    const bad = { ...upside, write: async () => Promise.reject(new Error('oops')) };
    const convert = createRootdisk({ formats: [...builtIns.formats, bad] }).convertImage;
    const run = convert(join(folder, 'disk.raw'), join(folder, 'out'), { to: 'upside' });
    await expect(run).rejects.toMatchObject({
      code: 'ERR_PLUGIN',
      details: { plugin: 'upside', method: 'write' },
    });
    expect(await readdir(folder)).toEqual(['disk.raw']);
  });
});

describe('what a killed process leaves', () => {
  test('goes with the next conversion; what a running one makes stays', async () => {
    const folder = await folderWith('disk.raw', disk);
    const out = join(folder, 'out.vhdx');
    const child = spawn(process.execPath, ['--version']);
    await new Promise((resolve) => child.once('close', resolve));
    const dead = partialPath(out).replace(`-${process.pid}-`, `-${child.pid}-`);
    await writeFile(dead, 'half');
    const living = partialPath(out);
    await writeFile(living, 'half');
    await convertImage(join(folder, 'disk.raw'), out);
    expect((await readdir(folder)).map((name) => join(folder, name)).sort()).toEqual(
      [join(folder, 'disk.raw'), living, out].sort(),
    );
  });

  test('the command line, killed while it writes', async () => {
    const folder = await mkdtemp(join(await tempDir(), 'kill-'));
    await writeFile(join(folder, 'disk.raw'), content('noise', 1, 96 * MiB));
    const args = ['convert', 'disk.raw', 'out.vhdx', '--from', 'raw', '--progress', 'json'];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    await new Promise((resolve) => {
      child.stderr.on('data', (text: Buffer) => text.includes('"decode"') && child.kill('SIGKILL'));
      child.once('close', resolve);
    });
    const left = (await readdir(folder)).filter((name) => !name.startsWith('.'));
    expect(left).toEqual(['disk.raw']);
    const ran = await runCli(['convert', 'disk.raw', 'out.vhdx', '--from', 'raw'], { cwd: folder });
    expect(ran.code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['disk.raw', 'out.vhdx']);
  });
});

test('the command line writes a format to standard output', async () => {
  const folder = await folderWith('disk.raw', disk);
  const ran = await runCli(['convert', 'disk.raw', '-', '--to', 'vdi'], { cwd: folder });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^<<< Oracle VM VirtualBox Disk Image >>>/);
});
