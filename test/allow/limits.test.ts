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
  buildVdiImage,
  buildVhdImage,
} from '../../src/testing/index.ts';
import { runCli } from '../cli/spawn-cli.ts';
import { makeDisk, startLine } from '../fixtures/line.ts';

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

/** A stream of many equal pieces, of which only the first is packed; the piece that opens it is a disk. */
function repeat(count: number, byte: number): Buffer {
  const piece = zstd(new Uint8Array(64 * MiB).fill(byte));
  const first = buildRawDisk({ virtualSize: 64 * MiB });
  return Buffer.concat([zstd(first), ...new Array<Buffer>(count).fill(piece)]);
}

/** Each limit that an image can meet: a file above it, and the limit that is too low for it. */
const cases: [keyof Limits, Partial<Limits>, () => Uint8Array][] = [
  ['virtualBytes', { virtualBytes: MiB }, () => disk],
  ['virtualBytes', { virtualBytes: MiB }, () => gzipSync(disk)],
  ['virtualBytes', { virtualBytes: MiB }, () => buildQcow2Image({ virtualSize, extents }).bytes],
  ['windowBytes', { windowBytes: MiB }, () => zstd(disk)],
  ['nesting', { nesting: 2 }, () => gzipSync(gzipSync(disk))],
  ['members', { members: 1 }, () => Buffer.concat([zstd(disk), zstd(disk)])],
  ['mapEntries', { mapEntries: 2 }, () => buildVdiImage({ virtualSize, extents }).bytes],
  ['tableBytes', { tableBytes: 8 }, () => buildVhdImage({ virtualSize, extents }).bytes],
  ['dataRatio', {}, () => repeat(5, 0xee)],
  ['fillBytes', { fillBytes: MiB }, () => repeat(5, 0xff)],
  ['streamRatio', { streamRatio: 10 }, () => repeat(17, 0)],
];

describe.each(cases)('%s (%j)', (name, limits, make) => {
  test('its refusal names it, and the file reads once it is raised as the hint says', async () => {
    const file = join(folder, 'image');
    await writeFile(file, make());
    const { hazards } = await inspectImage(file, { scratchDir: folder, limits });
    expect(hazards).toMatchObject([{ code: 'ERR_LIMIT' }]);
    const hint = hazards[0]?.hint ?? '';
    const [, named, value = ''] = /--limit (\w+)=(\S+)/.exec(hint) ?? [];
    expect(named).toBe(name);
    // Where the hint knows no value, a large one.
    const raised = value === 'N' ? 1_000_000_000 : parseSize(value, 'limit');
    const all = { ...limits, [name]: raised };
    expect((await inspectImage(file, { scratchDir: folder, limits: all })).hazards).toEqual([]);
  });
});

describe('limits of what travels', () => {
  test.each([
    ['downloadBytes', { downloadBytes: 1000 }],
    ['metadataBytes', { metadataBytes: 10 }],
  ])('%s', async (name, limits) => {
    const line = await startLine();
    try {
      const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
      line.offer(build, disk);
      await expect(line.ensure('acme:1', { limits })).rejects.toMatchObject({
        hint: expect.stringContaining(`--limit ${name}=`),
      });
      expect((await line.ensure()).virtualSize).toBe(virtualSize);
    } finally {
      await line.close();
    }
  });
});

test.each([
  ['windowBytes', 200_000_000, '191MiB'],
  ['windowBytes', 256 * MiB, '256MiB'],
  ['virtualBytes', 3 * 1024 ** 4 + 1, '4TiB'],
  ['tableBytes', 100, '100'],
  ['nesting', 4, '4'],
  ['members', undefined, 'N'],
] as const)('%s for %s is written %s', (name, needed, text) => {
  expect(raiseLimit(name, needed)).toContain(`--limit ${name}=${text} `);
});

test('on the command line the hint can be followed word by word', async () => {
  await writeFile(join(folder, 'image'), gzipSync(gzipSync(disk)));
  const low = ['inspect', 'image', '--json', '--limit'];
  const refused = await runCli([...low, 'nesting=2'], { cwd: folder });
  expect(refused.code).toBe(6);
  expect(refused.stdout).toContain('--limit nesting=3');
  expect((await runCli([...low, 'nesting=3'], { cwd: folder })).code).toBe(0);
  const slip = await runCli([...low, 'nestin=3'], { cwd: folder });
  expect(slip.code).toBe(2);
  expect(slip.stderr).toContain('Did you mean nesting?');
});
