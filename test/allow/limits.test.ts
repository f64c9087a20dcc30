import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSize } from '../../src/cli/args/values.ts';
import { raiseLimit } from '../../src/errors/limit-hint.ts';
import { inspectImage, type Limits } from '../../src/index.ts';
import {
  buildQcow2Image,
  buildRawDisk,
  buildTarFile,
  buildVdiImage,
  buildVhdImage,
  buildVmdkImage,
} from '../../src/testing/index.ts';
import { runCli } from '../cli/spawn-cli.ts';
import { makeDisk } from '../fixtures/line.ts';
import { sparseMember } from '../formats/make-sparse-tar.ts';
import { tarArchive } from '../formats/make-tar.ts';

const MiB = 1024 ** 2;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-limits-'));
});
afterEach(() => rm(folder, { recursive: true }));

const disk = makeDisk();
const extents = [{ position: 0, bytes: disk }];
const virtualSize = disk.length;

function zstd(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_windowLog]: 21, [constants.ZSTD_c_contentSizeFlag]: 0 },
  });
}

/** A stream of many equal pieces, of which only the first is compressed; the decompressed piece is a disk. */
function repeat(count: number, byte: number): Buffer {
  const piece = zstd(new Uint8Array(64 * MiB).fill(byte));
  const first = buildRawDisk({ virtualSize: 64 * MiB });
  return Buffer.concat([zstd(first), ...new Array<Buffer>(count).fill(piece)]);
}

/** A sparse disk in a tar, with this many extents. */
function tarOf(count: number): Uint8Array {
  const all = Array.from({ length: count }, (_, i) => i * 8192);
  const sparse = all.map((at): [number, Uint8Array] => [at, disk.subarray(at, at + 512)]);
  return tarArchive(sparseMember('disk.raw', { size: 1024 ** 2, extents: sparse }, 'pax 1.0'));
}

/** Each limit that an image can exceed: a file above it, and the limit that is too low for it. */
const cases: [keyof Limits, Partial<Limits>, () => Uint8Array][] = [
  ['virtualBytes', { virtualBytes: MiB }, () => disk],
  ['virtualBytes', { virtualBytes: MiB }, () => gzipSync(disk)],
  ['virtualBytes', { virtualBytes: MiB }, () => buildQcow2Image({ virtualSize, extents }).bytes],
  ['windowBytes', { windowBytes: MiB }, () => zstd(disk)],
  ['nesting', { nesting: 2 }, () => gzipSync(gzipSync(disk))],
  ['members', { members: 1 }, () => Buffer.concat([zstd(disk), zstd(disk)])],
  ['mapEntries', { mapEntries: 2 }, () => buildVdiImage({ virtualSize, extents }).bytes],
  ['tableBytes', { tableBytes: 8 }, () => buildVhdImage({ virtualSize, extents }).bytes],
  ['tableBytes', { tableBytes: 4 }, () => buildQcow2Image({ virtualSize, extents }).bytes],
  ['tableBytes', { tableBytes: 8 }, () => buildVmdkImage({ virtualSize, extents }).bytes],
  ['windowBytes', { windowBytes: MiB }, () => buildVmdkImage({ virtualSize, extents }).bytes],
  [
    'members',
    { members: 1 },
    () => buildTarFile({ '._disk.raw': new Uint8Array(9), 'disk.raw': disk }),
  ],
  ['mapEntries', { mapEntries: 2 }, () => tarOf(8)],
  ['dataRatio', {}, () => repeat(5, 0xee)],
  ['fillBytes', { fillBytes: MiB }, () => repeat(5, 0xff)],
  ['streamRatio', { streamRatio: 10 }, () => repeat(17, 0)],
];

describe.each(cases)('%s (%j)', (name, limits, make) => {
  test('the error names it, and the file is read once it is raised as the hint says', async () => {
    const file = join(folder, 'image');
    await writeFile(file, make());
    const { hazards } = await inspectImage(file, { scratchDir: folder, limits });
    expect(hazards).toMatchObject([{ code: 'ERR_LIMIT' }]);
    const hint = hazards[0]?.hint ?? '';
    const [, named, value = ''] = /--limit (\w+)=(\S+)/.exec(hint) ?? [];
    expect(named).toBe(name);
    // If the hint has no value, a large one.
    const raised = value === 'N' ? 1_000_000_000 : parseSize(value, 'limit');
    const all = { ...limits, [name]: raised };
    expect((await inspectImage(file, { scratchDir: folder, limits: all })).hazards).toEqual([]);
  });
});

test.each([
  ['windowBytes', 200_000_000, '191MiB'],
  ['windowBytes', 256 * MiB, '256MiB'],
  ['virtualBytes', 3 * 1024 ** 4 + 1, '4TiB'],
  ['tableBytes', 100, '100'],
  ['nesting', 4, '4'],
  ['members', undefined, 'N'],
  ['nesting', undefined, 'N'],
] as const)('%s for %s is written %s', (name, needed, text) => {
  expect(raiseLimit(name, needed)).toContain(`--limit ${name}=${text} `);
});

test('an error without a limit does not tell the caller to raise one', () => {
  expect(raiseLimit('members', 11_000, 10_000)).toContain('no limit can be raised so far');
  expect(raiseLimit('members', 11_000, 10_000)).not.toContain('--limit');
  expect(raiseLimit('members', 10_000, 10_000)).toContain('--limit members=10000 ');
});

test.each([
  [['gz', 'gz', 'raw'], '3'],
  [['gz', 'gz', 'gz', 'raw'], '4'],
  // The content of the last one is not known.
  [['gz', 'gz', 'gz'], 'N'],
  [undefined, 'N'],
])('layers declared as %j: the hint says nesting=%s', async (from, value) => {
  const file = join(folder, 'image');
  await writeFile(file, gzipSync(gzipSync(gzipSync(disk))));
  const asked = { scratchDir: folder, from, limits: { nesting: 2 } };
  const { hazards } = await inspectImage(file, asked);
  expect(hazards[0]?.hint).toContain(`--limit nesting=${value} `);
});

test('on the command line the hint can be copied word by word', async () => {
  await writeFile(join(folder, 'image'), gzipSync(gzipSync(disk)));
  const low = ['inspect', 'image', '--json', '--limit'];
  const refused = await runCli([...low, 'nesting=2'], { cwd: folder });
  expect(refused.code).toBe(6);
  expect(refused.stdout).toContain('--limit nesting=N');
  const declared = await runCli([...low, 'nesting=2', '--from', 'gz>gz>raw'], { cwd: folder });
  expect(declared.stdout).toContain('--limit nesting=3');
  expect((await runCli([...low, 'nesting=3'], { cwd: folder })).code).toBe(0);
  const slip = await runCli([...low, 'nestin=3'], { cwd: folder });
  expect(slip.code).toBe(2);
  expect(slip.stderr).toContain('Did you mean nesting?');
});
