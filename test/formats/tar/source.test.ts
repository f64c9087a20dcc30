import { describe, expect, test } from 'vitest';
import { tar } from '../../../formats/tar.ts';
import type { ArchiveEntry, ByteSource } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { sparseFrom, sparseMember } from '../make-sparse-tar.ts';
import { tarArchive, tarFile } from '../make-tar.ts';
import { sourceOf, spoolingContext, ways } from '../read-archive.ts';
import { GrowingSource, wholeSource } from '../shared/byte-sources.ts';
import { diskLikeBytes, refusalOf, sha256 } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';

const disk = diskLikeBytes(700_000);
const archive = tarArchive(
  tarFile('README', 'text'),
  tarFile('disk.raw', disk),
  tarFile('SUMS', 'sums'),
);
const diskAt = 1024 + 512;

async function nextEntry(entries: AsyncIterator<ArchiveEntry>): Promise<ArchiveEntry> {
  const next = await entries.next();
  if (next.done === true) throw new Error('there is no further entry');
  return next.value;
}

function open(source: ByteSource, context = decodeContext()): AsyncIterator<ArchiveEntry> {
  return tar.entries(source, context)[Symbol.asyncIterator]();
}

describe('a member of a file', () => {
  test('is read in place, in any order, without a scratch file', async () => {
    const entries = open(wholeSource(archive));
    await (await nextEntry(entries)).finish();
    const { source } = await nextEntry(entries);
    expect([source.sizeBytes, source.readyBytes]).toEqual([disk.length, disk.length]);
    expect(sha256(await source.read(600_000, 200_000))).toBe(sha256(disk.subarray(600_000)));
    expect(sha256(await source.read(0, 4096))).toBe(sha256(disk.subarray(0, 4096)));
    expect((await source.read(disk.length, 10)).length).toBe(0);
    expect((await nextEntry(entries)).name).toBe('SUMS');
    expect((await entries.next()).done).toBe(true);
  });

  test('is available while the rest of the file has not arrived', async () => {
    const file = new SteppedSource(archive, { readyBytes: diskAt, sizeKnown: true });
    const entries = open(file);
    await (await nextEntry(entries)).finish();
    const entry = await nextEntry(entries);
    expect([entry.name, entry.source.readyBytes]).toEqual(['disk.raw', 0]);
    const head = entry.source.read(0, 1000);
    file.grow(diskAt + 5000);
    expect(sha256(await head)).toBe(sha256(disk.subarray(0, 1000)));
    expect(entry.source.readyBytes).toBe(5000);
    const grown = entry.source.grown();
    file.grow(archive.length);
    await grown;
    expect(entry.source.readyBytes).toBe(disk.length);
    await entry.finish();
    expect((await nextEntry(entries)).name).toBe('SUMS');
  });

  test('is fetched ahead together with its file', async () => {
    const asked: [number, number][] = [];
    const ahead = async (position: number, length: number): Promise<Uint8Array> => {
      asked.push([position, length]);
      return archive.subarray(position, position + length);
    };
    const entries = open({ ...wholeSource(archive), ahead });
    await nextEntry(entries);
    const { source } = await nextEntry(entries);
    const range = await source.ahead?.(699_000, 5000);
    expect(sha256(range ?? new Uint8Array(0))).toBe(sha256(disk.subarray(699_000)));
    expect(asked).toEqual([[diskAt + 699_000, 1000]]);
  });

  test('of a known length is refused immediately if the file is too short', async () => {
    const cut = archive.subarray(0, 300_000);
    const entries = open(new SteppedSource(cut, { readyBytes: 4096, sizeKnown: true }));
    await nextEntry(entries);
    expect(await refusalOf(nextEntry(entries))).toBe('truncated');
  });

  test('never ends early if the file turns out to be too short', async () => {
    const file = new SteppedSource(archive, { readyBytes: 4096, sizeKnown: true });
    const entries = open(file);
    await nextEntry(entries);
    const { source, finish } = await nextEntry(entries);
    const short = wholeSource(archive.subarray(0, 300_000));
    Object.assign(file, { sizeBytes: 300_000, readyBytes: 300_000, read: short.read });
    expect(await refusalOf(source.grown())).toBe('truncated');
    expect(await refusalOf(finish())).toBe('truncated');
  });
});

describe('a member of a stream', () => {
  test('needs no scratch file when it is streamed, or when only its head was read', async () => {
    const context = spoolingContext();
    const entries = open(sourceOf(archive, 'stream', context), context);
    const first = await nextEntry(entries);
    expect(Buffer.from(await first.source.read(0, 100)).toString()).toBe('text');
    const { source } = await nextEntry(entries);
    expect(source.sizeBytes).toBe(disk.length);
    expect(sha256(await source.read(0, 131_072))).toBe(sha256(disk.subarray(0, 131_072)));
    const pieces: Uint8Array[] = [];
    for await (const piece of source.stream()) pieces.push(piece);
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(disk));
    expect((await nextEntry(entries)).name).toBe('SUMS');
    expect((await entries.next()).done).toBe(true);
    expect(context.opened()).toBe(0);
    await context.close();
  });

  test('is spooled alone if it is read after its head', async () => {
    const context = spoolingContext();
    const entries = open(sourceOf(archive, 'stream', context), context);
    await nextEntry(entries);
    const { source, finish } = await nextEntry(entries);
    expect(sha256(await source.read(690_000, 99_999))).toBe(sha256(disk.subarray(690_000)));
    expect(sha256(await source.read(5, 200_000))).toBe(sha256(disk.subarray(5, 200_005)));
    await finish();
    expect((await nextEntry(entries)).name).toBe('SUMS');
    expect(context.opened()).toBe(1);
    await context.close();
  });

  test('is skipped, whatever part of it was read', async () => {
    for (const bytesRead of [0, 1, 70_000, 300_000]) {
      const context = spoolingContext();
      const entries = open(sourceOf(archive, 'stream', context), context);
      await nextEntry(entries);
      const { source, finish } = await nextEntry(entries);
      let left = bytesRead;
      for await (const piece of source.stream()) {
        left -= piece.length;
        if (left <= 0) break;
      }
      await finish();
      await finish();
      expect((await nextEntry(entries)).name).toBe('SUMS');
      await context.close();
    }
  });

  test('is an error, and not a shorter file, once the archive has continued', async () => {
    const context = spoolingContext();
    const entries = open(sourceOf(archive, 'stream', context), context);
    await nextEntry(entries);
    const { source, finish } = await nextEntry(entries);
    await source.read(0, 100);
    await finish();
    await expect(source.read(600_000, 100)).rejects.toThrow(/past this member/);
    await context.close();
  });

  test('stores only the data of a sparse file when it is spooled', async () => {
    const size = 64 * 2 ** 30;
    const end = size - 1000;
    const member = sparseMember(
      'disk.raw',
      { size, extents: [[end, disk.subarray(0, 1000)]] },
      'pax 1.0',
    );
    const context = spoolingContext();
    const entries = open(sourceOf(tarArchive(member), 'stream', context), context);
    const { source } = await nextEntry(entries);
    expect(source.sizeBytes).toBe(size);
    expect(sha256(await source.read(end - 10, 1010))).toBe(
      sha256(Buffer.concat([new Uint8Array(10), disk.subarray(0, 1000)])),
    );
    await context.close();
  });
});

describe.each(ways)('an archive in a %s', (way) => {
  test('with a hole of 8 GiB is read in a short time with little memory', {
    timeout: 20_000,
  }, async () => {
    const size = 8 * 2 ** 30 + 4096;
    const member = sparseFrom(
      'disk.raw',
      size,
      [[size - 4096, 4096]],
      disk.subarray(0, 4096),
      'old GNU',
    );
    const context = spoolingContext();
    const before = process.memoryUsage().rss;
    const { source } = await nextEntry(open(sourceOf(tarArchive(member), way, context), context));
    let position = 0;
    let unaligned = 0;
    for await (const piece of source.stream()) {
      if (position % 2 ** 20 !== 0 && piece.length === 2 ** 20) unaligned += 1;
      position += piece.length;
    }
    expect([position, unaligned]).toEqual([size, 0]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
    await context.close();
  });

  test('that is aborted throws the reason of the caller', async () => {
    const controller = new AbortController();
    const reason = { why: 'no longer wanted' };
    const context = decodeContext({ signal: controller.signal });
    const part = archive.subarray(0, 700);
    const growing = new GrowingSource();
    growing.push(part);
    const source =
      way === 'file'
        ? new SteppedSource(archive, { readyBytes: part.length, sizeKnown: true })
        : growing;
    const entries = open(source, { ...context, spool: () => wholeSource(part) });
    const entry = await nextEntry(entries);
    const waiting = way === 'file' ? entry.finish().then(() => entries.next()) : entries.next();
    setImmediate(() => controller.abort(reason));
    await expect(waiting).rejects.toBe(reason);
  });

  test('whose source fails throws that error', async () => {
    const failure = new Error('connection lost');
    const context = spoolingContext();
    const broken: ByteSource = {
      ...wholeSource(archive),
      read: async (position, length) => {
        if (position + length > 4096) throw failure;
        return archive.subarray(position, position + length);
      },
    };
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield archive.subarray(0, 4096);
      throw failure;
    }
    const entries = open(way === 'file' ? broken : context.spool(pieces()), context);
    await nextEntry(entries);
    await nextEntry(entries);
    await expect(entries.next()).rejects.toBe(failure);
    await context.close();
  });
});
