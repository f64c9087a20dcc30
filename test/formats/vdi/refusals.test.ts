import { expect, test } from 'vitest';
import { vdi } from '../../../formats/vdi.ts';
import { DecodeError, type DefectReason } from '../../../src/kit.ts';
import { buildVdiImage, type VdiImage } from '../../../src/testing/vdi-image.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { content } from '../qcow2/disk.ts';
import { refusalOf } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';

const KiB = 1024;
const blockBytes = 64 * KiB;
const virtualSize = 1024 * KiB;
const limits = { virtualBytes: 64 * 1024 * KiB, mapEntries: 100_000 };
const extents = [
  { position: 0, bytes: content('text', 1, 2 * blockBytes) },
  { position: 5 * blockBytes, bytes: content('noise', 2, blockBytes) },
];

interface Subject extends VdiImage {
  view: DataView;
}

type Damage = (image: Subject) => void;

function subject(): Subject {
  const image = buildVdiImage({ virtualSize, extents, blockBytes });
  return { ...image, view: new DataView(image.bytes.buffer) };
}

const small = (value: number, at: number): Damage => {
  return ({ view }) => view.setUint32(at, value, true);
};
const size = (value: bigint): Damage => {
  return ({ view }) => view.setBigUint64(0x170, value, true);
};
/** The map entry of a block; blocks 0, 1 and 5 have the places 0, 1 and 2. */
const entry = (block: number, value: number): Damage => {
  return ({ view, mapOffset }) => view.setUint32(mapOffset + block * 4, value, true);
};

const cases: [string, DefectReason, Damage][] = [
  ['signature', 'format-mismatch', small(0xbeda_1070, 0x40)],
  ['version 1.0', 'unsupported-variant', small(0x0001_0000, 0x44)],
  ['version 0.1', 'unsupported-variant', small(1, 0x44)],
  ['version 2^32-1', 'unsupported-variant', small(0xffff_ffff, 0x44)],
  ['header of no bytes', 'corrupt-header', small(0, 0x48)],
  ['header of 2^32-1 bytes', 'corrupt-header', small(0xffff_ffff, 0x48)],
  ['type 0', 'unsupported-variant', small(0, 0x4c)],
  ['undo', 'external-reference', small(3, 0x4c)],
  ['differencing', 'external-reference', small(4, 0x4c)],
  ['type 5', 'unsupported-variant', small(5, 0x4c)],
  ['UUID of a linked image', 'external-reference', small(1, 0x1a8)],
  ['UUID of a parent', 'external-reference', small(0x0100_0000, 0x1c4)],
  ['map in the header', 'corrupt-header', small(0, 0x154)],
  ['map at no sector', 'corrupt-header', small(513, 0x154)],
  ['map past the data', 'corrupt-header', small(0xffff_fe00, 0x154)],
  ['data at no sector', 'corrupt-header', small(1025, 0x158)],
  ['data in the map', 'corrupt-header', small(512, 0x158)],
  ['data at 0', 'corrupt-header', small(0, 0x158)],
  ['data past the end', 'truncated', small(0xffff_fe00, 0x158)],
  ['sectors of 4096 bytes', 'unsupported-feature', small(4096, 0x168)],
  ['sectors of no bytes', 'unsupported-feature', small(0, 0x168)],
  ['size above the limit', 'limit', size(BigInt(limits.virtualBytes) + 1n)],
  ['size 2^63', 'limit', size(1n << 63n)],
  ['size 2^64-1', 'limit', size((1n << 64n) - 1n)],
  ['blocks of no bytes', 'corrupt-header', small(0, 0x178)],
  ['blocks of 256 bytes', 'corrupt-header', small(256, 0x178)],
  ['blocks of 96 KiB', 'corrupt-header', small(96 * KiB, 0x178)],
  ['blocks of 2^32-1 bytes', 'corrupt-header', small(0xffff_ffff, 0x178)],
  ['blocks of 2 GiB', 'truncated', small(0x8000_0000, 0x178)],
  ['extra bytes', 'unsupported-feature', small(512, 0x17c)],
  ['map too small', 'corrupt-header', small(15, 0x180)],
  ['map into the data', 'corrupt-header', small(200, 0x180)],
  ['map above the limit', 'limit', small(100_001, 0x180)],
  ['map of 2^32-1 blocks', 'limit', small(0xffff_ffff, 0x180)],
  ['block past the end', 'truncated', entry(7, 3)],
  ['block that the image cannot have', 'corrupt-table', entry(7, 16)],
  ['block 2^32-3', 'corrupt-table', entry(7, 0xffff_fffd)],
  ['block used twice', 'corrupt-table', entry(7, 0)],
  ['block moved onto another', 'corrupt-table', entry(5, 1)],
];

test.each(cases)('%s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  const done = decodeInto(vdi, image.bytes, new PageSink(), decodeContext({ limits }));
  const failure = await done.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DecodeError);
  if (!(failure instanceof DecodeError)) return;
  expect(failure.details).toMatchObject({ reason, format: 'vdi' });
  expect(failure.hint).not.toBe('');
});

test('an empty file', async () => {
  expect(await refusalOf(decodeInto(vdi, new Uint8Array(), new PageSink()))).toBe('empty');
});

test.each([true, false])('cut anywhere (size known: %s)', async (sizeKnown) => {
  const { bytes } = subject();
  for (const length of [1, 0x40, 0x44, 511, 512, 520, 1023, 1024, 70_000, bytes.length - 1]) {
    const cut = bytes.slice(0, length);
    const source = new SteppedSource(cut, { readyBytes: 0, sizeKnown });
    const refusal = refusalOf(decodeInto(vdi, source, new PageSink()));
    await arrive(source, length, 2);
    expect(await refusal).toBe('truncated');
  }
});

test('more blocks than the memory limit allows', async () => {
  const bytes = content('noise', 1, virtualSize);
  const image = buildVdiImage({ virtualSize, extents: [{ position: 0, bytes }], blockBytes: 512 });
  const needed = (virtualSize / 512) * 8;
  const decode = (tableBytes: number): Promise<PageSink> =>
    decodeInto(vdi, image.bytes, new PageSink(), decodeContext({ limits: { tableBytes } }));
  await decode(needed);
  expect(await refusalOf(decode(needed - 8))).toBe('limit');
});
