import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { qcow2 } from '../../../formats/qcow2.ts';
import { DecodeError, type Limits } from '../../../src/kit.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { PageSink } from '../../formats/page-sink.ts';
import { SteppedSource } from '../../formats/stepped-source.ts';

const samples = process.env['ROOTDISK_SAMPLES'];
if (samples === undefined) throw new Error('set ROOTDISK_SAMPLES to the folder of the samples');

// The limits for which the samples were made.
const limits: Partial<Limits> = { virtualBytes: 128 * 1024 * 1024 };

// A used device is held in memory as a whole.
const maxUsedDevice = 64 * 1024 * 1024;

function readTable(...path: string[]): Record<string, string>[] {
  const lines = readFileSync(join(`${samples}`, ...path), 'utf8').trimEnd();
  const [head = [], ...rows] = lines.split('\n').map((line) => line.split('\t'));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ''])));
}

function readSample(folder: string, row: Record<string, string>): Uint8Array {
  const stored = readFileSync(join(`${samples}`, 'images', folder, `${row['file']}`));
  return row['wrap'] === 'gz' ? gunzipSync(stored) : stored;
}

async function decode(bytes: Uint8Array, sink: PageSink, bounds: Partial<Limits>): Promise<void> {
  const context = decodeContext({ limits: bounds });
  const image = await qcow2.open(new SteppedSource(bytes, 'whole'), context);
  await image.copyTo(sink);
}

const good = readTable('images', 'good', 'MANIFEST.tsv').filter((row) => row['format'] === 'qcow2');
const bad = readTable('images', 'bad', 'MANIFEST.tsv').filter((row) => {
  return /^(q|t)-/.test(`${row['file']}`) && row['format'] === 'qcow2';
});
const probes = readTable('images', 'good', 'PROBES.tsv');

describe(`${good.length} good images`, () => {
  test.each(good)('$file: $features', async (row) => {
    const sink = new PageSink();
    const bytes = readSample('good', row);
    expect(qcow2.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
    await decode(bytes, sink, {});
    expect(sink.sizeBytes).toBe(Number(row['virtual_size']));
    if (row['sha256_raw'] !== '-') {
      expect(sink.sha256()).toBe(row['sha256_raw']);
      if (sink.sizeBytes > maxUsedDevice) return;
      const used = new PageSink(0xee);
      await decode(bytes, used, {});
      expect(used.sha256()).toBe(row['sha256_raw']);
      return;
    }
    const ranges = probes.filter((probe) => probe['file'] === row['file']);
    expect(ranges.length).toBeGreaterThan(0);
    for (const { offset, length, sha256 } of ranges) {
      const range = sink.read(Number(offset), Number(length));
      expect(createHash('sha256').update(range).digest('hex')).toBe(sha256);
    }
  });
});

describe(`${bad.length} bad images`, () => {
  test.each(bad)('$file: $defect', async (row) => {
    const accepted = `${row['expect']}`.replace(/^policy:/, '').split('|');
    const failure = await decode(readSample('bad', row), new PageSink(), limits).catch((e) => e);
    expect(failure).toBeInstanceOf(DecodeError);
    expect(accepted).toContain(failure.details.reason);
  });
});
