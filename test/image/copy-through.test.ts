import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/contracts/limits.ts';
import { Allowances } from '../../src/image/allowances.ts';
import { openDecodeJob } from '../../src/image/decode-context.ts';
import { type OpenLayers, openLayers } from '../../src/image/open-layers.ts';
import { builtIns } from '../../src/index.ts';
import { type Codec, defineFormat, hasMagic, type Limits } from '../../src/kit.ts';
import { isReader } from '../../src/parts/format-kinds.ts';
import { GrowingSink } from '../formats/shared/copying.ts';
import { refusalOf } from '../formats/shared/decoding.ts';
import { SteppedSource } from '../formats/stepped-source.ts';

/** A disk with a partition table, of this size. */
function disk(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  bytes.set([0x80, 0, 0, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0], 446);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

/** A codec that decodes to `output`, and records its use. */
function codecOf(output: Uint8Array): Codec & { decodings: number; left: number; copies: number } {
  const used = { decodings: 0, left: 0, copies: 0 };
  const codec = defineFormat({
    kind: 'codec',
    id: 'boxed',
    detect: ({ head }) => hasMagic(head, 'BOXED'),
    async *decode() {
      used.decodings += 1;
      try {
        for (let at = 0; at < output.length; at += 50_000) yield output.subarray(at, at + 50_000);
      } finally {
        used.left += 1;
      }
    },
    async copyTo(_, sink) {
      used.copies += 1;
      const half = Math.floor(output.length / 2);
      await sink.write(half, output.subarray(half));
      await sink.write(0, output.subarray(0, half));
      await sink.setSize(output.length);
    },
  } satisfies Codec);
  return Object.assign(used, codec);
}

async function open(
  codec: Codec,
  declared: string[] = [],
  limits: Partial<Limits> = {},
  input: Uint8Array = Buffer.from('BOXED disk'),
): Promise<OpenLayers> {
  const { signal } = new AbortController();
  const allowances = new Allowances([]);
  const about = { signal, limits: { ...defaultLimits, ...limits }, log: () => {}, allowances };
  const { context } = openDecodeJob(tmpdir(), about);
  const formats = [...builtIns.formats.filter(isReader), codec];
  return openLayers(new SteppedSource(input, 'whole'), declared, undefined, formats, context);
}

test('a raw disk inside a codec is copied by the codec, and the first bytes are released', async () => {
  const bytes = disk(500_000);
  const codec = codecOf(bytes);
  const { chain, image } = await open(codec);
  expect([chain, image.facts.variant, codec.decodings, codec.left]).toEqual([
    ['boxed', 'raw'],
    'MBR',
    1,
    1,
  ]);
  const sink = new GrowingSink();
  await image.copyTo(sink);
  expect([sink.sizeBytes, codec.copies, codec.decodings]).toEqual([500_000, 1, 1]);
  expect(image.facts.features).toEqual(['incomplete-last-sector']);
});

test('a disk of whole sectors gives no warning', async () => {
  const { image } = await open(codecOf(disk(512_000)));
  await image.copyTo(new GrowingSink());
  expect(image.facts.features).toEqual([]);
});

test('a disk that was read to its end is not decoded again', async () => {
  const codec = codecOf(disk(100_000));
  const { image } = await open(codec);
  const sink = new GrowingSink();
  await image.copyTo(sink);
  expect([sink.sizeBytes, codec.copies, codec.decodings]).toEqual([100_000, 0, 1]);
});

test('content that is not raw is not copied by the codec', async () => {
  const html = new Uint8Array(500_000).fill(32);
  html.set(Buffer.from('<!DOCTYPE html><html><body>moved</body></html>'));
  expect(await refusalOf(open(codecOf(html), ['boxed', 'raw']))).toBe('not-an-image');
  const other = new Uint8Array(500_000);
  other.set(Buffer.from('KDMV'));
  const codec = codecOf(other);
  expect(await refusalOf(open(codec, ['boxed', 'raw']))).toBe('format-mismatch');
  expect(codec.copies).toBe(0);
});

test('copies as much as the ratio allows, and no more', async () => {
  const GiB = 1024 ** 3;
  const codec = codecOf(disk(500_000));
  codec.copyTo = async (_, sink) => {
    await sink.zero(0, GiB);
    await sink.zero(GiB, 1);
  };
  const sink = new GrowingSink();
  sink.zero = async () => {};
  const limits = { streamRatio: 10 };
  const { image } = await open(codec, [], limits);
  expect(await refusalOf(image.copyTo(sink))).toBe('limit');
  const input = new Uint8Array(GiB / 8);
  input.set(Buffer.from('BOXED'));
  const { image: larger } = await open(codec, [], limits, input);
  await larger.copyTo(sink);
});
