import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tar, tarWriter } from '../../../formats/tar.ts';
import type { LogEntry } from '../../../src/kit.ts';
import { anyExtents, placeExtents } from '../any-extents.ts';
import { decodeContext } from '../decode-context.ts';
import { content } from '../qcow2/disk.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { sha256 } from '../shared/decoding.ts';
import { diskOf, writeDisk } from '../writing/write-disk.ts';
import { RawFile, writeFileOf } from '../writing/write-file.ts';

const [MiB, GiB] = [1024 ** 2, 1024 ** 3];

/** The only member as our reader sees it: its name, its length, and its first bytes. */
async function readDisk(file: Uint8Array, bytes: number): Promise<[string, number, Uint8Array]> {
  const archive = gunzipSync(file);
  for await (const entry of tar.entries(wholeSource(archive), decodeContext())) {
    const head = await entry.source.read(0, bytes);
    return [entry.name, entry.sizeBytes ?? 0, Uint8Array.from(head)];
  }
  throw new Error('the archive is empty');
}

test('any layout reads back equal, and is written the same way twice', async () => {
  const sizes = fc.integer({ min: 1, max: 5 * MiB });
  const property = fc.asyncProperty(sizes, anyExtents, async (size, any) => {
    const disk = diskOf(size, placeExtents(any, size));
    const { bytes } = await writeDisk(tarWriter, disk);
    const [name, length, inside] = await readDisk(bytes, size + MiB);
    expect([name, length]).toEqual(['disk.raw', GiB]);
    const want = Buffer.alloc(size + MiB);
    want.set(await disk.read(0, size));
    expect(sha256(inside)).toBe(sha256(want));
    expect(Buffer.compare((await writeDisk(tarWriter, disk)).bytes, bytes)).toBe(0);
  });
  await fc.assert(property, { numRuns: 40, seed: 16 });
});

test('warns about a size that is not whole GiB', async () => {
  const entries: LogEntry[] = [];
  const log = (entry: LogEntry): void => {
    entries.push(entry);
  };
  const part = { position: 0, bytes: content('text', 1, 4096) };
  await writeDisk(tarWriter, diskOf(3 * MiB, [part]), { log });
  expect(entries).toMatchObject([
    { level: 'warn', data: { virtualSize: 3 * MiB, sizeBytes: GiB } },
  ]);
  entries.splice(0);
  const read = async (_: number, length: number) => new Uint8Array(length);
  await writeDisk(tarWriter, { virtualSize: GiB, extents: [], read }, { log });
  expect(entries).toEqual([]);
});

describe('a disk with many holes', () => {
  // The header has four extents, each further block 21.
  const extents = Array.from({ length: 47 }, (_, i) => {
    const length = i === 20 ? 3 * MiB + 17 : 30_000;
    return { position: i * 8 * MiB + 70_000, bytes: content(i % 3 ? 'text' : 'noise', i, length) };
  });
  let folder: string;
  let disk: RawFile;
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rootdisk-tar-writer-'));
    disk = await RawFile.create(at('raw'), 47 * 8 * MiB, extents);
    await writeFileOf(tarWriter, disk, at('disk.tar.gz'));
  });
  afterAll(async () => {
    await disk[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('is one gzip member in the old form of GNU tar', async () => {
    const file = await readFile(at('disk.tar.gz'));
    expect(file.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003');
    // After the final block come the checksum and the length, and then nothing.
    const { buffer, engine } = inflated(file.subarray(10));
    expect(engine.bytesWritten).toBe(file.length - 10 - 8);
    const head = buffer.subarray(0, 512).toString('latin1');
    expect([head[156], head.slice(257, 264), head.charCodeAt(482)]).toEqual(['S', 'ustar  ', 1]);
    expect(buffer.length % 10_240).toBe(0);
  });

  test('is the same with one thread and with many', async () => {
    for (const width of [1, 12]) {
      const tasks = { width, run: <T>(task: () => Promise<T>) => task() };
      await writeFileOf(tarWriter, disk, at('again'), { tasks });
      expect(Buffer.compare(await readFile(at('again')), await readFile(at('disk.tar.gz')))).toBe(
        0,
      );
    }
  });

  test.each(['tar', 'bsdtar'])('%s unpacks it', async (program) => {
    if (spawnSync(program, ['--version']).status !== 0) return;
    execFileSync('gzip', ['-t', at('disk.tar.gz')], { stdio: 'pipe' });
    execFileSync(program, ['-xzf', at('disk.tar.gz'), '-C', folder], { stdio: 'pipe' });
    const unpacked = at('disk.raw');
    execFileSync('truncate', ['-s', '1G', at('raw')]);
    execFileSync('cmp', [unpacked, at('raw')], { stdio: 'pipe' });
    await rm(unpacked);
  });
});

/** The output up to the final block, and the number of input bytes for it. */
function inflated(bytes: Uint8Array): { buffer: Buffer; engine: { bytesWritten: number } } {
  const result: unknown = inflateRawSync(bytes, { info: true });
  return result as { buffer: Buffer; engine: { bytesWritten: number } };
}
