import { expect, test } from 'vitest';
import { iso } from '../../../formats/iso.ts';
import { xz } from '../../../formats/xz.ts';
import { decodeContext } from '../../formats/decode-context.ts';
import { LateSink } from '../../formats/late-sink.ts';
import { wholeSource } from '../../formats/shared/byte-sources.ts';
import { describeDiskRows } from './disk-rows.ts';
import { readImage, readImageRows } from './image-rows.ts';

describeDiskRows(iso);

const good = readImageRows('good');

test.each([
  ['i-plain.iso.gz', ['volume TESTISO']],
  ['i-hybrid.iso.gz', ['isohybrid', 'volume TESTISO']],
])('%s is recognised with its facts', async (file, features) => {
  const bytes = good.filter((row) => row.file === file).map(readImage)[0] ?? new Uint8Array();
  const image = await iso.open(wholeSource(bytes), decodeContext());
  expect(image.facts).toEqual({ variant: 'ISO 9660', features });
});

const packed = good.filter((row) => row.file.endsWith('.iso.xz'));

test.each(packed)('$file: $features', async (row) => {
  expect(packed.length).toBe(2);
  const context = decodeContext();
  const pieces: Uint8Array[] = [];
  for await (const piece of xz.decode(wholeSource(readImage(row)), context)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  expect(iso.detect({ head: bytes.subarray(0, 131_072) })).toBe(true);
  const image = await iso.open(wholeSource(bytes), context);
  expect(image.facts.features).toContain('isohybrid');
  const sink = new LateSink(row.sizeBytes);
  await image.copyTo(sink);
  expect([sink.sizeBytes, sink.sha256()]).toEqual([row.sizeBytes, row.sha256]);
});
