import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zip } from '../../../formats/zip.ts';
import type { ArchiveEntry, ByteSource } from '../../../src/kit.ts';
import { decodeContext } from '../decode-context.ts';
import { type ZipFields, zipArchive } from '../make-zip.ts';
import { entryOf, readArchive, spoolingContext, ways } from '../read-archive.ts';
import { wholeSource } from '../shared/byte-sources.ts';
import { diskLikeBytes, refusalOf, sha256 } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';

const disk = diskLikeBytes(700_000);
const packed: ZipFields = { name: 'disk.raw', content: disk };
const stored: ZipFields = { ...packed, method: 0 };
const wrong = { crc: 7 };

function open(source: ByteSource, context = decodeContext()): AsyncIterator<ArchiveEntry> {
  return zip.entries(source, context)[Symbol.asyncIterator]();
}

async function firstOf(entries: AsyncIterator<ArchiveEntry>): Promise<ArchiveEntry> {
  const next = await entries.next();
  if (next.done === true) throw new Error('there is no entry');
  return next.value;
}

describe('a stored member', () => {
  test('is read in place, in any order, without a scratch file', async () => {
    const { source, finish } = await firstOf(open(wholeSource(zipArchive([stored]))));
    expect([source.sizeBytes, source.readyBytes]).toEqual([disk.length, disk.length]);
    expect(sha256(await source.read(600_000, 200_000))).toBe(sha256(disk.subarray(600_000)));
    expect(sha256(await source.read(0, 10))).toBe(sha256(disk.subarray(0, 10)));
    await finish();
  });

  test('that was read only in part is checked as a whole', async () => {
    const bad = zipArchive([{ ...stored, local: wrong, central: wrong }]);
    const entry = await firstOf(open(wholeSource(bad)));
    await entry.source.read(0, 10);
    expect(await refusalOf(entry.finish())).toBe('checksum');
  });
});

describe('a packed member', () => {
  test('needs no scratch file when it is streamed', async () => {
    const context = spoolingContext();
    const { source, finish } = await firstOf(open(wholeSource(zipArchive([packed])), context));
    expect(source.sizeBytes).toBe(disk.length);
    expect(sha256(await source.read(0, 100_000))).toBe(sha256(disk.subarray(0, 100_000)));
    const pieces: Uint8Array[] = [];
    for await (const piece of source.stream()) pieces.push(piece);
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(disk));
    await finish();
    expect(context.opened()).toBe(0);
    await context.close();
  });

  test('is spooled when it is read after its head', async () => {
    const context = spoolingContext();
    const { source, finish } = await firstOf(open(wholeSource(zipArchive([packed])), context));
    expect(sha256(await source.read(690_000, 99_999))).toBe(sha256(disk.subarray(690_000)));
    await finish();
    expect(context.opened()).toBe(1);
    await context.close();
  });

  test('that was read only in part is checked as a whole', async () => {
    for (const way of ['head', 'spool', 'stream'] as const) {
      const context = spoolingContext();
      const bad = zipArchive([{ ...packed, local: wrong, central: wrong }]);
      const entry = await firstOf(open(wholeSource(bad), context));
      if (way === 'head') await entry.source.read(0, 10);
      if (way === 'spool') await entry.source.read(200_000, 10);
      if (way === 'stream') for await (const _ of entry.source.stream()) break;
      expect(await refusalOf(entry.finish())).toBe('checksum');
      await context.close();
    }
  });
});

test('a member that is not read may have any compression', async () => {
  const other = { name: 'README', content: 'x', method: 14 };
  const broken = { name: 'NOTES', content: 'x', local: wrong, central: wrong };
  const entries = open(wholeSource(zipArchive([other, broken, stored])), spoolingContext());
  const names: string[] = [];
  for (let next = await entries.next(); next.done !== true; next = await entries.next()) {
    await next.value.finish();
    names.push(next.value.name);
  }
  expect(names).toEqual(['README', 'NOTES', 'disk.raw']);
});

test('waits for the end of the file, and reads no more than it needs', async () => {
  const bytes = zipArchive([stored]);
  const file = new SteppedSource(bytes, { readyBytes: 1000, sizeKnown: false });
  const entry = firstOf(open(file));
  file.grow(bytes.length);
  const { name, source } = await entry;
  expect([name, source.sizeBytes]).toEqual(['disk.raw', disk.length]);
  expect(file.readBytes).toBeLessThan(200_000);
});

test.each([true, false])(
  'an abort while it waits (size known: %s) has the reason of the caller',
  async (sizeKnown) => {
    const controller = new AbortController();
    const reason = { why: 'no longer wanted' };
    const file = new SteppedSource(zipArchive([packed]), { readyBytes: 1000, sizeKnown });
    const entry = firstOf(open(file, decodeContext({ signal: controller.signal })));
    setImmediate(() => controller.abort(reason));
    await expect(entry).rejects.toBe(reason);
  },
);

test('an abort while it unpacks has the reason of the caller', async () => {
  const controller = new AbortController();
  const reason = { why: 'no longer wanted' };
  const context = spoolingContext({ signal: controller.signal });
  const zeros = { name: 'disk.raw', content: new Uint8Array(16 * 2 ** 20) };
  const { source } = await firstOf(open(wholeSource(zipArchive([zeros]), 1024), context));
  const reading = (async () => {
    for await (const _ of source.stream()) controller.abort(reason);
  })();
  await expect(reading).rejects.toBe(reason);
  await context.close();
});

test('an error of the source is thrown unchanged', async () => {
  const failure = new Error('connection lost');
  const bytes = zipArchive([packed]);
  for (const good of [0, 1, 2, 3, 4, 5]) {
    let reads = 0;
    const source: ByteSource = {
      ...wholeSource(bytes),
      async read(position, length) {
        reads += 1;
        if (reads > good) throw failure;
        return bytes.subarray(position, position + length);
      },
    };
    await expect(firstOf(open(source))).rejects.toBe(failure);
  }
});

test('a bomb is stopped at its stated size', { timeout: 20_000 }, async () => {
  const zeros = new Uint8Array(96 * 2 ** 20);
  const lie = { bytes: 100, crc: crc32(zeros.subarray(0, 100)) };
  const bytes = zipArchive([
    {
      name: 'disk.raw',
      content: zeros,
      packed: deflateRawSync(zeros),
      method: 8,
      local: lie,
      central: lie,
    },
  ]);
  const context = spoolingContext();
  const before = process.memoryUsage().rss;
  const { source, finish } = await firstOf(open(wholeSource(bytes), context));
  const reading = (async () => {
    for await (const _ of source.stream()) {
      // Only the result at the end matters.
    }
  })();
  expect(await refusalOf(reading)).toBe('corrupt-data');
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  expect(await refusalOf(finish())).toBe('corrupt-data');
  const again = await firstOf(open(wholeSource(bytes), context));
  expect(await refusalOf(again.source.read(0, 10))).toBe('corrupt-data');
  expect(await refusalOf(again.finish())).toBe('corrupt-data');
  await context.close();
});

test('any archive is read as it was written', async () => {
  const anyMember = fc.record({
    content: fc.uint8Array({ maxLength: 5000 }),
    method: fc.constantFrom(0, 8),
    descriptor: fc.constantFrom(undefined, 'signed' as const, 'bare' as const, 'signed64' as const),
    zip64: fc.constantFrom(undefined, 'local' as const, 'central' as const, 'both' as const),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyMember, { maxLength: 12 }),
      fc.boolean(),
      fc.string({ maxLength: 100 }),
      fc.constantFrom(...ways),
      async (contents, zip64, comment, way) => {
        const members = contents.map(({ content, method, descriptor, zip64: sizes }, i) => ({
          name: `member-${i}`,
          content,
          method,
          // Both together would need a zip64 field of zeros.
          ...(descriptor !== undefined && sizes !== 'both' && sizes !== 'local' && { descriptor }),
          ...(sizes !== undefined && { zip64: sizes }),
        }));
        const wanted = members.map(({ name, content }) => entryOf(name, content));
        expect(await readArchive(zip, zipArchive(members, { zip64, comment }), way)).toEqual(
          wanted,
        );
      },
    ),
    { numRuns: 60 },
  );
});

const has = (command: string): boolean => spawnSync(command, ['-v']).status === 0;

describe.skipIf(!has('zip'))('the output of Info-ZIP', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rootdisk-zip-'));
    writeFileSync(join(folder, 'disk.raw'), disk);
    writeFileSync(join(folder, 'README'), 'text');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([['-9'], ['-0'], ['-fd'], ['-X', '-fz-']])('%s', async (...options) => {
    const made = spawnSync('zip', ['-q', ...options, '-', 'README', 'disk.raw'], {
      cwd: folder,
      maxBuffer: 2 ** 26,
    });
    expect(made.status).toBe(0);
    const wanted = ['README', 'disk.raw'].map((name) =>
      entryOf(name, readFileSync(join(folder, name))),
    );
    for (const way of ways) expect(await readArchive(zip, made.stdout, way)).toEqual(wanted);
  });

  test('-fz, to a file', async () => {
    const path = join(folder, 'large.zip');
    expect(spawnSync('zip', ['-q', '-fz', path, 'disk.raw'], { cwd: folder }).status).toBe(0);
    expect(await readArchive(zip, readFileSync(path))).toEqual([entryOf('disk.raw', disk)]);
  });

  test.skipIf(!has('unzip'))('and unzip reads the same', async () => {
    const bytes = zipArchive(
      [
        { ...packed, descriptor: 'signed' },
        { ...stored, name: 'b', zip64: 'both' },
      ],
      { zip64: true },
    );
    const path = join(folder, 'made.zip');
    writeFileSync(path, bytes);
    for (const { name, sha256: digest } of await readArchive(zip, bytes)) {
      const read = spawnSync('unzip', ['-p', path, name], { maxBuffer: 2 ** 26 });
      expect([read.status, sha256(read.stdout)]).toEqual([0, digest]);
    }
  });
});
