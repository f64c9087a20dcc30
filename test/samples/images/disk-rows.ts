import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Disk, Limits } from '../../../src/kit.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { LateSink } from '../../formats/late-sink.ts';
import { PageSink } from '../../formats/page-sink.ts';
import { refusalOf } from '../../formats/shared/decoding.ts';
import { SteppedSource } from '../../formats/stepped-source.ts';
import { type ImageRow, readImage, readImageRows } from './image-rows.ts';

// The limits for which the samples were made.
const limits: Partial<Limits> = { virtualBytes: 128 * 1024 * 1024 };

// Larger disks are checked only in some places, and not held in memory as a whole.
const maxMemoryBytes = 64 * 1024 * 1024;

interface ProbeRow {
  file: string;
  offset: number;
  length: number;
  sha256: string;
}

function readProbes(): ProbeRow[] {
  const path = join(`${process.env['ROOTDISK_SAMPLES']}`, 'images', 'good', 'PROBES.tsv');
  const rows = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
  return rows.map((row) => {
    const [file = '', offset, length, sha256 = ''] = row.split('\t');
    return { file, offset: Number(offset), length: Number(length), sha256 };
  });
}

/** The image arrives in this many steps, and its size is known only at the end. */
async function decodeArriving(format: Disk, bytes: Uint8Array, sink: LateSink): Promise<void> {
  const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown: false });
  const opening = format.open(source, decodeContext());
  const done = opening.then((image) => image.copyTo(sink));
  const steps = 5;
  for (let step = 1; step <= steps; step += 1) {
    source.grow(Math.ceil((bytes.length * step) / steps));
    await new Promise(setImmediate);
  }
  await done;
}

/** The reader's choice for a sample with more than one correct answer. */
export type OtherAnswers = Readonly<
  Record<string, Partial<Pick<ImageRow, 'sizeBytes' | 'sha256'>>>
>;

/**
 * The samples of one disk format: good ones become the stated disk, whole or arriving in steps, bad ones are refused for
 * an accepted reason and before anything counts as finished.
 */
export function describeDiskRows(format: Disk, other: OtherAnswers = {}): void {
  const own = (row: ImageRow): boolean => row.format === format.id;
  const good = readImageRows('good').filter(own);
  const bad = readImageRows('bad').filter(own);
  const probes = readProbes();

  describe(`${good.length} good ${format.id} images`, () => {
    test.each(good)('$file: $features', async (row) => {
      const { sizeBytes, sha256 } = { ...row, ...other[row.file] };
      const bytes = readImage(row);
      const head = bytes.subarray(0, 131_072);
      const tail = bytes.subarray(-65_536);
      expect(format.detect({ head, tail, sizeBytes: bytes.length })).toBe(true);
      const sink = new PageSink();
      const image = await format.open(new SteppedSource(bytes, 'whole'), decodeContext());
      expect(image.virtualSize).toBe(sizeBytes);
      await image.copyTo(sink);
      expect(sink.sizeBytes).toBe(sizeBytes);
      const places = probes.filter((probe) => probe.file === row.file);
      expect(places.length > 0).toBe(sha256 === '-');
      for (const { offset, length, sha256: digest } of places) {
        const range = sink.read(offset, length);
        expect(createHash('sha256').update(range).digest('hex')).toBe(digest);
      }
      if (sha256 === '-' || sizeBytes > maxMemoryBytes) return;
      expect(sink.sha256()).toBe(sha256);
      for (const junk of [0, 0xee]) {
        const late = new LateSink(bytes.length + sizeBytes, junk);
        await decodeArriving(format, bytes, late);
        expect([late.sizeBytes, late.sha256()]).toEqual([sizeBytes, sha256]);
      }
    });
  });

  if (bad.length === 0) return;
  describe(`${bad.length} bad ${format.id} images`, () => {
    test.each(bad)('$file: $defect', async (row) => {
      const sink = new PageSink();
      const source = new SteppedSource(readImage(row), 'whole');
      const done = format
        .open(source, decodeContext({ limits }))
        .then((image) => image.copyTo(sink));
      expect(row.reasons).toContain(await refusalOf(done));
    });
  });
}
