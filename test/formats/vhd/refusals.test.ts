import { expect, test } from 'vitest';
import { vhd } from '../../../formats/vhd.ts';
import { DecodeError, type DefectReason } from '../../../src/kit.ts';
import {
  buildVhdImage,
  sealVhd,
  type VhdImage,
  type VhdImageOptions,
} from '../../../src/testing/vhd-image.ts';
import { decodeContext } from '../decode-context.ts';
import { decodeInto } from '../decode-disk.ts';
import { PageSink } from '../page-sink.ts';
import { content } from '../qcow2/disk.ts';

const KiB = 1024;
const blockBytes = 64 * KiB;
const virtualSize = 1024 * KiB;
const limits = { virtualBytes: 64 * 1024 * KiB, mapEntries: 100_000 };
const extents = [
  { position: 0, bytes: content('text', 1, 2 * blockBytes) },
  { position: 5 * blockBytes, bytes: content('noise', 2, blockBytes) },
];

interface Subject extends VhdImage {
  view: DataView;
}

type Damage = (image: Subject) => void;

function subject(options: Partial<VhdImageOptions> = {}): Subject {
  const image = buildVhdImage({ virtualSize, extents, blockBytes, ...options });
  return { ...image, view: new DataView(image.bytes.buffer) };
}

async function expectRefusal(bytes: Uint8Array, reason: DefectReason): Promise<void> {
  const sink = new PageSink();
  const done = decodeInto(vhd, bytes, sink, decodeContext({ limits }));
  const failure = await done.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DecodeError);
  if (!(failure instanceof DecodeError)) return;
  expect(failure.details).toMatchObject({ reason, format: 'vhd' });
  expect(failure.hint).not.toBe('');
}

/** Changes both copies of the footer in the same way. */
const footers = (change: (view: DataView, at: number) => void): Damage => {
  return ({ bytes, view, footerOffset }) => {
    for (const start of [0, footerOffset]) {
      change(view, start);
      sealVhd(bytes, start, 512);
    }
  };
};
const small = (value: number, at: number): Damage =>
  footers((view, start) => view.setUint32(start + at, value));
const big = (value: bigint, at: number): Damage =>
  footers((view, start) => view.setBigUint64(start + at, value));
const header = (change: (view: DataView, at: number) => void): Damage => {
  return ({ bytes, view, headerOffset }) => {
    change(view, headerOffset);
    sealVhd(bytes, headerOffset, 1024);
  };
};
const field = (value: number, at: number): Damage =>
  header((view, start) => view.setUint32(start + at, value));
const table = (value: bigint): Damage =>
  header((view, start) => view.setBigUint64(start + 16, value));
/** The place of a block, in sectors. */
const entry = (block: number, value: (image: Subject) => number): Damage => {
  return (image) => image.view.setUint32(image.tableOffset + block * 4, value(image));
};
const sectorOf = ({ blockOffsets }: Subject, block: number): number =>
  (blockOffsets.get(block) ?? 0) / 512;

const cases: [string, DefectReason, Damage][] = [
  ['footer checksum', 'checksum', ({ view }) => view.setUint8(100, 1)],
  ['version 2', 'unsupported-variant', small(0x0002_0000, 12)],
  ['version 0', 'unsupported-variant', small(0, 12)],
  ['fixed, with a footer at its start', 'corrupt-header', small(2, 60)],
  ['differencing', 'external-reference', small(4, 60)],
  ['an obsolete type', 'unsupported-variant', small(5, 60)],
  ['size above the limit', 'limit', big(BigInt(limits.virtualBytes) + 512n, 48)],
  ['size 2^63', 'limit', big(1n << 63n, 48)],
  ['size 2^64-512', 'limit', big((1n << 64n) - 512n, 48)],
  ['size of no whole sectors', 'corrupt-header', big(BigInt(virtualSize - 1), 48)],
  ['header at 0', 'corrupt-header', big(0n, 16)],
  ['header in the footer', 'corrupt-header', big(511n, 16)],
  ['header past the end', 'truncated', big(1n << 40n, 16)],
  ['header past 2^63', 'truncated', big((1n << 64n) - 1n, 16)],
  ['header where none is', 'corrupt-header', big(1024n, 16)],
  ['header cookie', 'corrupt-header', header((view, at) => view.setUint8(at, 0))],
  ['header checksum', 'checksum', ({ view, headerOffset }) => view.setUint8(headerOffset + 900, 1)],
  ['header version 2', 'unsupported-variant', field(0x0002_0000, 24)],
  ['parent UUID', 'external-reference', field(1, 40)],
  ['parent name', 'external-reference', field(0x0061_0000, 64)],
  ['parent locator', 'external-reference', field(0x5732_6b75, 576)],
  ['last parent locator', 'external-reference', field(1, 764)],
  ['blocks of no bytes', 'corrupt-header', field(0, 32)],
  ['blocks of 256 bytes', 'corrupt-header', field(256, 32)],
  ['blocks of 96 KiB', 'corrupt-header', field(96 * KiB, 32)],
  ['blocks of 2^32-1 bytes', 'corrupt-header', field(0xffff_ffff, 32)],
  ['blocks of 2 GiB', 'truncated', field(0x8000_0000, 32)],
  ['table too small', 'corrupt-header', field(15, 28)],
  ['table above the limit', 'limit', field(100_001, 28)],
  ['table of 2^32-1 entries', 'limit', field(0xffff_ffff, 28)],
  ['table longer than the file', 'corrupt-table', field(100_000, 28)],
  ['table past the end', 'truncated', table(1n << 40n)],
  ['table past 2^63', 'truncated', table((1n << 64n) - 1n)],
  ['table in the footer', 'corrupt-header', table(0n)],
  ['table in its header', 'corrupt-header', table(1535n)],
  ['table into its header', 'corrupt-header', table(512n - 63n)],
  ['block past the end', 'truncated', entry(0, ({ bytes }) => bytes.length / 512)],
  ['block past 2^31', 'truncated', entry(0, () => 0xffff_fffe)],
  ['block into the footer at the end', 'truncated', entry(5, (image) => sectorOf(image, 5) + 1)],
  ['block in the footer', 'corrupt-table', entry(0, () => 0)],
  ['block in the header', 'corrupt-table', entry(0, () => 2)],
  ['block in the table', 'corrupt-table', entry(0, ({ tableOffset }) => tableOffset / 512)],
  ['block used twice', 'corrupt-table', entry(3, (image) => sectorOf(image, 1))],
  ['block into another', 'corrupt-table', entry(0, (image) => sectorOf(image, 0) + 1)],
  [
    'footer at the end of another size',
    'corrupt-header',
    ({ bytes, view, footerOffset }) => {
      view.setBigUint64(footerOffset + 48, BigInt(virtualSize * 2));
      sealVhd(bytes, footerOffset, 512);
    },
  ],
  [
    'footer at the end of a fixed disk',
    'corrupt-header',
    ({ bytes, view, footerOffset }) => {
      view.setUint32(footerOffset + 60, 2);
      sealVhd(bytes, footerOffset, 512);
    },
  ],
  [
    'footer at the end that says differencing',
    'external-reference',
    ({ bytes, view, footerOffset }) => {
      view.setUint32(footerOffset + 60, 4);
      sealVhd(bytes, footerOffset, 512);
    },
  ],
  [
    'footer at the end with another UUID',
    'corrupt-header',
    ({ bytes, view, footerOffset }) => {
      view.setUint32(footerOffset + 68, 7);
      sealVhd(bytes, footerOffset, 512);
    },
  ],
  [
    'checksum of the footer at the end',
    'checksum',
    ({ view, footerOffset }) => view.setUint8(footerOffset + 100, 1),
  ],
  ['no footer at the end', 'truncated', ({ bytes, footerOffset }) => bytes.fill(0, footerOffset)],
];

test.each(cases)('%s', async (_, reason, damage) => {
  const image = subject();
  damage(image);
  await expectRefusal(image.bytes, reason);
});

test('a table at the end that is cut', async () => {
  const { bytes, tableOffset } = subject({ table: 'last' });
  await expectRefusal(bytes.slice(0, tableOffset + 20), 'truncated');
});

test.each([1, 8, 64, 511, 512, 600, 1535, 1536, 1540, 1600, 2048])(
  'cut to %i bytes',
  async (length) => {
    await expectRefusal(subject().bytes.slice(0, length), 'truncated');
  },
);

test('cut anywhere', async () => {
  const { bytes } = subject();
  for (let length = 2100; length < bytes.length; length += 997) {
    await expectRefusal(bytes.slice(0, length), 'truncated');
  }
});

test('more bytes after the footer', async () => {
  await expectRefusal(Buffer.concat([subject().bytes, new Uint8Array(512)]), 'truncated');
});

test('more blocks than the memory limit allows', async () => {
  const bytes = content('noise', 1, virtualSize);
  const image = subject({ extents: [{ position: 0, bytes }], blockBytes: 512 });
  const needed = (virtualSize / 512) * 8;
  for (const [tableBytes, fits] of [
    [needed, true],
    [needed - 8, false],
  ] as const) {
    const context = decodeContext({ limits: { tableBytes } });
    const done = decodeInto(vhd, image.bytes, new PageSink(), context);
    if (fits) await done;
    else await expect(done).rejects.toMatchObject({ details: { reason: 'limit' } });
  }
});

test('never contains the name of a parent', async () => {
  const image = subject();
  image.bytes.set(Buffer.from('/etc/shadow'), image.headerOffset + 64);
  sealVhd(image.bytes, image.headerOffset, 1024);
  const done = decodeInto(vhd, image.bytes, new PageSink());
  const error = await done.catch((failure: unknown) => failure);
  expect(JSON.stringify(error) + String(error)).not.toContain('shadow');
});
