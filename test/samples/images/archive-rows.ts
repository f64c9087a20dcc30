import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ova } from '../../../formats/ova.ts';
import { tar } from '../../../formats/tar.ts';
import { zip } from '../../../formats/zip.ts';
import { createRootdisk } from '../../../src/create-rootdisk.ts';
import { builtIns } from '../../../src/index.ts';
import { type Archive, type Format, isImageError } from '../../../src/kit.ts';
import { isReader } from '../../../src/parts/format-kinds.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { wholeSource } from '../../formats/shared/byte-sources.ts';
import { entryOf } from './declare-row.ts';
import { type ImageRow, readImage, readImageRows } from './image-rows.ts';

const readers = builtIns.formats.filter(isReader);
const all: readonly Format[] = [...readers, tar, zip, ova];
const formats = [...new Map(all.map((format) => [format.id, format])).values()];
const convert = createRootdisk({ formats }).convertImage;

// The limits for which the samples were made, except for the 16 GiB that one of them only declares.
const limits = { virtualBytes: 2 ** 40, members: 10_000 };

/** Files without a nameable defect but without content: refused for that. */
const emptyMembers = 't-libarchive-zip_with_invalid_traditional_eocd.zip';

/** Layers in declared form: `tar.gz>raw` is gzip around tar. */
function layersOf(row: ImageRow): string[] {
  return row.format.split('>').flatMap((layer) => layer.split('.').reverse());
}

/** The samples of one archive format, through every layer to a raw disk on a real file system. */
export function describeArchiveRows(archive: Archive): void {
  const good = readImageRows('good').filter((row) => layersOf(row).includes(archive.id));
  const bad = readImageRows('bad').filter((row) => row.format.split(/[+.]/).includes(archive.id));
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rootdisk-samples-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function run(row: ImageRow, from: string[] | undefined): Promise<string> {
    const input = join(folder, 'input');
    const output = join(folder, 'output');
    await writeFile(input, readImage(row));
    await rm(output, { force: true });
    await convert(input, output, { from, entry: entryOf(row), limits });
    return output;
  }

  describe(`${good.length} good ${archive.id} archives`, () => {
    test.each(good)('$file, $member: $features', async (row) => {
      if (row.notes.startsWith('optional')) {
        // May be refused, but only with an error.
        const output = await run(row, layersOf(row)).catch((error: unknown) => error);
        if (typeof output !== 'string') {
          expect(['unsupported-feature', 'trailing-data']).toContain(reasonOf(output));
          return;
        }
      }
      const output = await run(row, layersOf(row));
      if (row.sha256 !== '-') expect(await hashFile(output)).toEqual([row.sizeBytes, row.sha256]);
      else await expectProbes(row, output);
    });
  });

  describe(`${bad.length} bad ${archive.id} archives`, () => {
    test.each(bad)('$file: $defect', async (row) => {
      const failure = await run(row, undefined).catch((error: unknown) => error);
      expect(isImageError(failure)).toBe(true);
      expect(existsSync(join(folder, 'output'))).toBe(false);
      // Damage to its first bytes can make an archive unrecognizable.
      const alone = await listAll(archive, readImage(row)).catch((error: unknown) => error);
      const reasons = [reasonOf(failure), reasonOf(alone)];
      if (row.file === emptyMembers || row.isPolicy) return;
      expect(row.reasons.filter((reason) => reasons.includes(reason))).not.toEqual([]);
    });
  });
}

async function listAll(archive: Archive, bytes: Uint8Array): Promise<void> {
  for await (const entry of archive.entries(wholeSource(bytes), decodeContext({ limits }))) {
    for await (const _ of entry.source.stream()) {
      // Read to its end, so that all of it is checked.
    }
    await entry.finish();
  }
}

function reasonOf(failure: unknown): string {
  if (!isImageError(failure)) return `no refusal: ${failure}`;
  return String(Reflect.get(failure.details, 'reason'));
}

async function hashFile(path: string): Promise<[sizeBytes: number, sha256: string]> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of createReadStream(path)) {
    hash.update(piece);
    sizeBytes += piece.length;
  }
  return [sizeBytes, hash.digest('hex')];
}

/** Ranges of a disk that is too large to hash. */
async function expectProbes(row: ImageRow, path: string): Promise<void> {
  const samples = join(`${process.env['ROOTDISK_SAMPLES']}`, 'images', 'good', 'PROBES.tsv');
  const lines = readFileSync(samples, 'utf8').trimEnd().split('\n');
  const probes = lines.map((line) => line.split('\t')).filter(([file]) => file === row.file);
  expect(probes.length).toBeGreaterThan(0);
  const handle = await open(path);
  try {
    expect((await handle.stat()).size).toBe(row.sizeBytes);
    for (const [, offset, length, sha256] of probes) {
      const range = Buffer.alloc(Number(length));
      // The last range ends after the disk.
      const { bytesRead } = await handle.read(range, 0, range.length, Number(offset));
      const actual = createHash('sha256').update(range.subarray(0, bytesRead)).digest('hex');
      expect(actual).toBe(sha256);
    }
  } finally {
    await handle.close();
  }
}
