import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConvertedImage, convertImage } from '../../src/index.ts';
import {
  buildBzip2File,
  buildGzipFile,
  buildLz4File,
  buildOvaFile,
  buildTarFile,
  buildVmdkImage,
  buildXzFile,
  buildZipFile,
  buildZstdFile,
} from '../../src/testing/index.ts';
import { makeDisk } from '../fixtures/line.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-trailing-'));
});
afterAll(() => rm(folder, { recursive: true }));

const disk = makeDisk(512 * 1024);
const extents = [{ position: 0, bytes: disk }];
const vmdk = buildVmdkImage({
  variant: 'streamOptimized',
  virtualSize: disk.length,
  extents,
}).bytes;
const tar = buildTarFile({ 'disk.raw': disk });

const files: Readonly<Record<string, Uint8Array>> = {
  gz: buildGzipFile(disk),
  'gz of two members': Buffer.concat([
    gzipSync(disk.subarray(0, 300_000)),
    gzipSync(disk.subarray(300_000)),
  ]),
  bz2: buildBzip2File(disk),
  xz: buildXzFile(disk),
  zst: buildZstdFile(disk),
  lz4: buildLz4File(disk),
  tar,
  ova: buildOvaFile(vmdk, disk.length),
  zip: buildZipFile({ 'disk.raw': disk }),
  'tar.gz, behind the tar': tar,
};

/** Bytes that are found after such files in practice. */
const tails: Readonly<Record<string, Uint8Array>> = {
  'metadata behind eight zeros': Buffer.concat([
    Buffer.alloc(8),
    Buffer.from('FWx0 {"metadata_version": "1.1"}'),
  ]),
  'metadata right behind the end': Buffer.from('FWx0 {"metadata_version": "1.1"}'),
  'an MD5 sum': Buffer.from(`${'0123456789abcdef'.repeat(2)}  AP_image.tar\n`),
  'an index of pixz': Buffer.from('a64c32d614aeda00', 'hex'),
  'two bytes': Buffer.from('\r\n'),
  'old bytes of a buffer, longer than any piece': Buffer.alloc(3 * 1024 ** 2, 'old bytes '),
};

async function convert(bytes: Uint8Array, trailing: boolean): Promise<ConvertedImage> {
  await writeFile(join(folder, 'image'), bytes);
  const allow = trailing ? (['trailing'] as const) : [];
  return await convertImage(join(folder, 'image'), join(folder, 'out'), { allow, force: true });
}

describe.each(Object.entries(files))('%s', (name, whole) => {
  const pack = name.startsWith('tar.gz') ? gzipSync : (bytes: Uint8Array) => bytes;

  test('the file without them needs no word', async () => {
    expect((await convert(pack(whole), true)).warnings).toEqual([]);
    expect(Buffer.compare(await readFile(join(folder, 'out')), disk)).toBe(0);
  });

  // The record at the end of a zip file is searched in its last 64 KiB, as every program does.
  const found = Object.entries(tails).filter(([, tail]) => name !== 'zip' || tail.length < 65_536);
  test.each(found)('%s is refused, and skipped with the word', async (_, tail) => {
    const bytes = pack(Buffer.concat([whole, tail]));
    await expect(convert(bytes, false)).rejects.toMatchObject({
      code: 'ERR_DECODE',
      details: { reason: 'trailing-data' },
      hint: expect.stringContaining('--allow trailing'),
    });
    const { warnings } = await convert(bytes, true);
    expect(warnings).toMatchObject([{ code: 'allowed-trailing' }]);
    expect(Buffer.compare(await readFile(join(folder, 'out')), disk)).toBe(0);
  });

  test('the bytes before are checked as always', async () => {
    const damaged = Buffer.from(whole);
    // The last bytes of a tar archive have no checksum; its first ones have that of the header.
    const at = name.startsWith('tar') || name === 'ova' ? 148 : Math.floor(whole.length / 2);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    const bytes = pack(Buffer.concat([damaged, Buffer.from('FWx0')]));
    await expect(convert(bytes, true)).rejects.toMatchObject({ name: 'DecodeError' });
  });

  test('a file that is cut does not count as one with bytes after it', async () => {
    const cut = pack(whole.subarray(0, Math.floor(whole.length * 0.75)));
    await expect(convert(cut, true)).rejects.toMatchObject({
      details: { reason: expect.stringMatching(/truncated|checksum|corrupt/) },
    });
  });
});

describe('zeros', () => {
  test.each([
    ['gz', 512, false],
    ['tar', 9 * 512, false],
    ['xz', 8, false],
    ['xz', 6, true],
    ['zst', 512, true],
    ['bz2', 512, true],
    ['lz4', 512, true],
  ])('after %s, %i of them: whether they need the word is %s', async (name, count, needed) => {
    const bytes = Buffer.concat([files[name] ?? Buffer.alloc(0), Buffer.alloc(count)]);
    const alone = convert(bytes, false);
    if (needed) await expect(alone).rejects.toMatchObject({ details: { reason: 'trailing-data' } });
    else expect((await alone).warnings).toEqual([]);
    expect((await convert(bytes, true)).warnings).toHaveLength(needed ? 1 : 0);
  });
});

test('an lz4 frame of the legacy kind has no end, and no word changes that', async () => {
  // A block of five literals, and then bytes that cannot be a length.
  const legacy = Buffer.concat([
    Buffer.from('02214c18', 'hex'),
    Buffer.from('0600000050', 'hex'),
    Buffer.from('hello'),
    Buffer.from('garbage'),
  ]);
  await expect(convert(legacy, true)).rejects.toMatchObject({
    details: { reason: 'trailing-data' },
    hint: expect.not.stringContaining('--allow'),
  });
});

describe('gzip headers with every field', () => {
  test('are skipped, and their checksum is compared', async () => {
    const [start, rest] = [gzipSync(disk).subarray(0, 10), gzipSync(disk).subarray(10)];
    const extra = Buffer.from([4, 0, 1, 2, 3, 4]);
    const header = Buffer.concat([start, extra, Buffer.from('name\0a comment\0')]);
    header.writeUInt8(2 | 4 | 8 | 16, 3);
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(crc32(header) & 0xffff);
    const tail = Buffer.from('FWx0');
    expect((await convert(Buffer.concat([header, sum, rest, tail]), true)).warnings).toHaveLength(
      1,
    );
    sum.writeUInt8(sum.readUInt8(0) ^ 1);
    await expect(convert(Buffer.concat([header, sum, rest, tail]), true)).rejects.toMatchObject({
      details: { reason: 'checksum' },
    });
  });

  test.each([
    ['another method', 2, 7, 'unsupported-feature'],
    ['reserved flags', 3, 0x20, 'unsupported-feature'],
    ['another CRC32', -8, 0xee, 'checksum'],
    ['another length', -4, 0xee, 'checksum'],
  ])('%s is refused', async (_, at, value, reason) => {
    const bytes = Buffer.from(files['gz'] ?? []);
    bytes.writeUInt8(value, at < 0 ? bytes.length + at : at);
    await expect(convert(bytes, true)).rejects.toMatchObject({ details: { reason } });
  });
});
