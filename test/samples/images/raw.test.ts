import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { raw } from '../../../formats/raw.ts';
import { nameForeignContent } from '../../../src/image/foreign-content.ts';
import type { Probe } from '../../../src/kit.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { PageSink } from '../../formats/page-sink.ts';
import { wholeSource } from '../../formats/shared/byte-sources.ts';
import { readImage, readImageRows } from './image-rows.ts';

const good = readImageRows('good');
const bad = readImageRows('bad');
const disks = good.filter((row) => row.format === 'raw');

function probeOf(bytes: Uint8Array): Probe {
  return {
    head: bytes.subarray(0, 131_072),
    tail: bytes.subarray(-65_536),
    sizeBytes: bytes.length,
  };
}

test.each(disks)('$file: $features', async (row) => {
  const bytes = readImage(row);
  expect(raw.detect(probeOf(bytes))).toBe(true);
  expect(nameForeignContent(probeOf(bytes))).toBeUndefined();
  const image = await raw.open(wholeSource(bytes), decodeContext());
  const sink = new PageSink();
  await image.copyTo(sink);
  expect([sink.sizeBytes, sink.sha256()]).toEqual([row.sizeBytes, row.sha256]);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(row.sha256);
});

describe('files that are not raw disks', () => {
  const others = good.filter((row) => !['raw', 'iso'].includes(row.format));
  const files = [...new Map(others.map((row) => [row.file, row])).values()];
  test.each(files)('$file is not recognised as one', (row) => {
    expect(raw.detect(probeOf(readImage(row)))).toBe(false);
  });

  const outermost = (format: string): string =>
    format.startsWith('tar.') ? format.slice(4).replace(/>.*/, '') : format.replace(/>.*/, '');
  // An archive may be compressed, whatever the row says; old tar and plain lzma have no magic.
  const named = files.filter((row) => !/^t-(go-v7|libarchive)|\.lzma$/.test(row.file));
  test.each(named)('$file is nothing except $format', (row) => {
    const found = nameForeignContent(probeOf(readImage(row)), outermost(row.format));
    expect(found).toBeUndefined();
  });

  const formats = ['-', '7z', 'bochs', 'compress', 'dmg', 'luks', 'parallels', 'qed', 'wim'];
  const refused = bad.filter((row) => formats.includes(row.format));
  test.each(refused)('$file ($defect) gets a name and a reason', (row) => {
    const bytes = readImage(row);
    expect(raw.detect(probeOf(bytes))).toBe(false);
    const reason = nameForeignContent(probeOf(bytes))?.reason;
    expect(row.reasons).toContain(reason);
  });

  test('only zeros are not a disk', () => {
    const zeros = bad.filter((row) => row.file === 'n-zeros.img.gz');
    expect(zeros.map((row) => raw.detect(probeOf(readImage(row))))).toEqual([false]);
  });
});
