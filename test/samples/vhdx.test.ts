import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { vhdx } from '../../formats/vhdx.ts';
import { DecodeError, type Limits } from '../../src/kit.ts';
import { decodeContext } from '../formats/decode-context.ts';
import { PageSink } from '../formats/page-sink.ts';
import { SteppedSource } from '../formats/stepped-source.ts';
import { readImage, readImageRows } from './image-rows.ts';
import { samples } from './read-samples.ts';

// The limits that the samples were made for.
const badLimits: Partial<Limits> = { virtualBytes: 128 * 1024 * 1024 };

// A used device is held in memory as a whole.
const maxUsedDevice = 64 * 1024 * 1024;

async function decode(bytes: Uint8Array, sink: PageSink, limits: Partial<Limits>): Promise<void> {
  const image = await vhdx.open(new SteppedSource(bytes, 'whole'), decodeContext({ limits }));
  expect(image.virtualSize).toBeLessThanOrEqual(limits.virtualBytes ?? Number.POSITIVE_INFINITY);
  await image.copyTo(sink);
}

interface Range {
  file: string;
  offset: number;
  length: number;
  sha256: string;
}

function readProbes(): Range[] {
  const lines = readFileSync(join(`${samples}`, 'images', 'good', 'PROBES.tsv'), 'utf8').split('\n');
  return lines.map((line) => {
    const [file = '', offset, length, sha256 = ''] = line.split('\t');
    return { file, offset: Number(offset), length: Number(length), sha256 };
  });
}

const good = readImageRows('good').filter((row) => row.format === 'vhdx');
const bad = readImageRows('bad').filter((row) => row.format === 'vhdx');
const probes = readProbes();

describe(`${good.length} good images`, () => {
  test.each(good)('$file: $features', async (row) => {
    const bytes = readImage(row);
    expect(vhdx.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
    const sink = new PageSink();
    await decode(bytes, sink, {});
    expect(sink.sizeBytes).toBe(row.sizeBytes);
    const ranges = probes.filter(({ file }) => file === row.file);
    for (const { offset, length, sha256 } of ranges) {
      const range = sink.read(offset, length);
      expect(createHash('sha256').update(range).digest('hex')).toBe(sha256);
    }
    if (row.sha256 === '-') {
      expect(ranges.length).toBeGreaterThan(0);
      return;
    }
    expect(sink.sha256()).toBe(row.sha256);
    if (row.sizeBytes > maxUsedDevice) return;
    const used = new PageSink(0xee);
    await decode(bytes, used, {});
    expect(used.sha256()).toBe(row.sha256);
  });
});

describe(`${bad.length} bad images`, () => {
  test.each(bad)('$file: $defect', async (row) => {
    const sink = new PageSink();
    const failure = await decode(readImage(row), sink, badLimits).catch((error) => error);
    expect(failure).toBeInstanceOf(DecodeError);
    expect(row.reasons).toContain(failure.details.reason);
    expect(failure.details.format).toBe('vhdx');
    expect(sink.writtenBytes).toBe(0);
  });
});
