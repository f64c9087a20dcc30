import { describe, expect, test } from 'vitest';
import { vhd } from '../../../formats/vhd.ts';
import { buildVhdImage, sealVhd, type VhdImageOptions } from '../../../src/testing/vhd-image.ts';
import { decodeContext } from '../decode-context.ts';
import { arrive, decodeDisk, decodeInto } from '../decode-disk.ts';
import { LateSink } from '../late-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { streamOnlySource, wholeSource } from '../shared/byte-sources.ts';
import { refusalOf } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';

const MiB = 1024 * 1024;
const virtualSize = 5 * MiB + 512;
const extents = [
  { position: 0, bytes: content('text', 1, MiB + 100) },
  { position: 3 * MiB + 512, bytes: content('noise', 2, 700_000) },
];
const disk: VhdImageOptions = { virtualSize, extents, variant: 'fixed' };
const want = digestOf(virtualSize, extents);
const room = virtualSize + MiB;

async function* inPieces(bytes: Uint8Array, ...lengths: number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const end = at + (lengths[i % lengths.length] ?? MiB);
    yield bytes.subarray(at, end);
    at = end;
  }
}

describe.each([
  ['of 512 bytes', false],
  ['of 511 bytes', true],
])('a fixed disk with a footer %s', (_, oldFooter) => {
  const { bytes } = buildVhdImage({ ...disk, oldFooter });

  test('that is complete', async () => {
    const image = await vhd.open(new SteppedSource(bytes, 'whole'), decodeContext());
    expect(image.virtualSize).toBe(virtualSize);
    expect(image.facts).toEqual({ variant: 'fixed', features: [] });
    for (const junk of [0, 0xee]) {
      const sink = new LateSink(room, junk);
      await decodeInto(vhd, bytes, sink);
      expect([sink.sizeBytes, sink.sha256()]).toEqual([virtualSize, want]);
      expect(sink.mostRunning).toBe(1);
    }
  });

  test.each([true, false])('that is still arriving (size known: %s)', async (sizeKnown) => {
    for (const steps of [1, 2, 5, 13]) {
      for (const junk of [0, 0xee]) {
        const source = new SteppedSource(bytes, { readyBytes: 512, sizeKnown });
        const image = await vhd.open(source, decodeContext());
        expect(image.virtualSize).toBeUndefined();
        const sink = new LateSink(room, junk);
        const done = image.copyTo(sink);
        await arrive(source, bytes.length, steps);
        await done;
        expect([sink.sizeBytes, sink.sha256()]).toEqual([virtualSize, want]);
      }
    }
  });

  test.each([
    ['small', [1000, 65_536, 3]],
    ['shorter than the footer', [511, 1, 200, 70_000]],
    ['large', [3 * MiB]],
  ])(
    'that comes out of a codec, in %s pieces, needs no random access after its head',
    async (_name, lengths) => {
      const stream = streamOnlySource(inPieces(bytes, ...lengths));
      const read = async (position: number, length: number): Promise<Uint8Array> => {
        if (position + length > 131_072) throw new Error('that is behind the head');
        return bytes.subarray(position, position + length);
      };
      const sink = new LateSink(room);
      await decodeInto(vhd, { ...stream, read }, sink);
      expect([sink.sizeBytes, sink.sha256()]).toEqual([virtualSize, want]);
    },
  );
});

test('is written as it arrives', async () => {
  const bytes = content('noise', 5, 4 * MiB);
  const options = { virtualSize: 4 * MiB, extents: [{ position: 0, bytes }] };
  const image = buildVhdImage({ ...options, variant: 'fixed' });
  const pieces = Promise.withResolvers<void>();
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield image.bytes.subarray(0, 3 * MiB + 512);
    await pieces.promise;
    yield image.bytes.subarray(3 * MiB + 512);
  }
  const source = { ...wholeSource(image.bytes), readyBytes: 512, stream: stalled };
  const sink = new LateSink(4 * MiB);
  const done = decodeInto(vhd, source, sink);
  while (sink.writtenBytes < 3 * MiB) await new Promise(setImmediate);
  expect(sink.writtenBytes).toBe(3 * MiB);
  pieces.resolve();
  await done;
  expect(sink.sha256()).toBe(digestOf(4 * MiB, options.extents));
});

test.each(['whole', 'arriving'])(
  'zeros between the disk and its footer are not part of the disk (%s)',
  async (how) => {
    const { bytes } = buildVhdImage({ ...disk, gapBytes: 70_144 });
    for (const junk of [0, 0xee]) {
      const start = { readyBytes: 512, sizeKnown: false };
      const source = new SteppedSource(bytes, how === 'whole' ? 'whole' : start);
      const sink = new LateSink(room, junk);
      const done = decodeInto(vhd, source, sink);
      await arrive(source, bytes.length, 3);
      await done;
      expect([sink.sizeBytes, sink.sha256()]).toEqual([virtualSize, want]);
    }
  },
);

test.each([true, false])(
  'the last byte of a disk counts, before zeros or a short footer (short: %s)',
  async (oldFooter) => {
    const last = { position: virtualSize - 1, bytes: Uint8Array.of(7) };
    const all = [...extents, last];
    const gapBytes = oldFooter ? 0 : 70_144;
    const { bytes } = buildVhdImage({ ...disk, extents: all, oldFooter, gapBytes });
    for (const start of ['whole', { readyBytes: 512, sizeKnown: false }] as const) {
      const source = new SteppedSource(bytes, start);
      const sink = new LateSink(room);
      const done = decodeInto(vhd, source, sink);
      await arrive(source, bytes.length, 3);
      await done;
      expect([sink.sizeBytes, sink.sha256()]).toEqual([virtualSize, digestOf(virtualSize, all)]);
    }
  },
);

test('a saved state is reported, for any arrival of the footer', async () => {
  const { bytes, footerOffset } = buildVhdImage(disk);
  bytes[footerOffset + 84] = 1;
  sealVhd(bytes, footerOffset, 512);
  const whole = await vhd.open(new SteppedSource(bytes, 'whole'), decodeContext());
  expect(whole.facts.features).toEqual(['saved state']);
  const source = new SteppedSource(bytes, { readyBytes: 512, sizeKnown: false });
  const image = await vhd.open(source, decodeContext());
  source.grow(bytes.length);
  await image.copyTo(new LateSink(room));
  expect(image.facts.features).toEqual(['saved state']);
});

describe('is refused', () => {
  type Damage = (image: {
    bytes: Uint8Array;
    view: DataView;
    at: number;
  }) => Uint8Array | undefined;
  const sealed = (change: (view: DataView, at: number) => void): Damage => {
    return ({ bytes, view, at }) => {
      change(view, at);
      sealVhd(bytes, at, 512);
      return undefined;
    };
  };
  const cases: [string, string, Damage][] = [
    ['without a footer', 'truncated', ({ bytes, at }) => bytes.slice(0, at)],
    ['with half a footer', 'truncated', ({ bytes }) => bytes.slice(0, -256)],
    [
      'with more behind its footer',
      'truncated',
      ({ bytes }) => Buffer.concat([bytes, bytes.subarray(0, 9)]),
    ],
    ['of 100 bytes', 'truncated', ({ bytes }) => bytes.slice(0, 100)],
    [
      'that lacks a sector',
      'truncated',
      ({ bytes, at }) => Buffer.concat([bytes.subarray(512, at), bytes.subarray(at)]),
    ],
    ['with a wrong checksum', 'checksum', ({ view, at }) => void view.setUint8(at + 100, 1)],
    [
      'of version 2',
      'unsupported-variant',
      sealed((view, at) => view.setUint32(at + 12, 0x0002_0000)),
    ],
    ['of type 0', 'unsupported-variant', sealed((view, at) => view.setUint32(at + 60, 0))],
    [
      'of type 2^32-1',
      'unsupported-variant',
      sealed((view, at) => view.setUint32(at + 60, 0xffff_ffff)),
    ],
    [
      'that calls itself dynamic',
      'corrupt-header',
      sealed((view, at) => view.setUint32(at + 60, 3)),
    ],
    [
      'that is differencing',
      'external-reference',
      sealed((view, at) => view.setUint32(at + 60, 4)),
    ],
    [
      'of half a sector more',
      'corrupt-header',
      sealed((view, at) => view.setBigUint64(at + 48, BigInt(virtualSize - 256))),
    ],
    [
      'longer than its file',
      'truncated',
      sealed((view, at) => view.setBigUint64(at + 48, BigInt(virtualSize + 512))),
    ],
    ['of 2^63 bytes', 'limit', sealed((view, at) => view.setBigUint64(at + 48, 1n << 63n))],
    [
      'of 2^64-512 bytes',
      'limit',
      sealed((view, at) => view.setBigUint64(at + 48, (1n << 64n) - 512n)),
    ],
    [
      'with data behind its end',
      'trailing-data',
      ({ bytes, view, at }) => {
        bytes[at - 1] = 1;
        view.setBigUint64(at + 48, BigInt(virtualSize - 512));
        sealVhd(bytes, at, 512);
        return undefined;
      },
    ],
  ];

  test.each(cases)('%s', async (_, reason, damage) => {
    const { bytes, footerOffset } = buildVhdImage(disk);
    const view = new DataView(bytes.buffer);
    const image = damage({ bytes, view, at: footerOffset }) ?? bytes;
    const limits = { virtualBytes: 64 * MiB };
    const context = decodeContext({ limits });
    expect(await refusalOf(decodeInto(vhd, image, new LateSink(room), context))).toBe(reason);
    const source = new SteppedSource(image, { readyBytes: 10, sizeKnown: false });
    const sink = new LateSink(room);
    const done = decodeInto(vhd, source, sink, context);
    const refusal = refusalOf(done);
    await arrive(source, image.length, 3);
    expect(await refusal).toBe(reason);
    // Such a disk must not look like a finished one.
    expect(sink.sizeBytes).toBe(-1);
  });

  test('if it exceeds the limit, as soon as that is known', async () => {
    const bytes = content('noise', 5, 2 * MiB);
    const image = buildVhdImage({
      virtualSize: 4 * MiB,
      extents: [{ position: MiB, bytes }],
      variant: 'fixed',
    });
    const context = decodeContext({ limits: { virtualBytes: 2 * MiB } });
    expect(await refusalOf(vhd.open(wholeSource(image.bytes), context))).toBe('limit');
    const source = new SteppedSource(image.bytes, { readyBytes: 512, sizeKnown: false });
    const sink = new LateSink(4 * MiB);
    const arriving = await vhd.open(source, context);
    source.grow(image.bytes.length);
    expect(await refusalOf(arriving.copyTo(sink))).toBe('limit');
    expect(sink.writtenBytes).toBe(MiB);
  });

  test('if it is empty', async () => {
    expect(await refusalOf(decodeDisk(vhd, new Uint8Array()))).toBe('empty');
  });
});

describe('ends', () => {
  test('with the reason of an abort', async () => {
    const { bytes } = buildVhdImage(disk);
    const abort = new AbortController();
    const source = new SteppedSource(bytes, { readyBytes: 2 * MiB, sizeKnown: true });
    const done = decodeInto(
      vhd,
      source,
      new LateSink(room),
      decodeContext({ signal: abort.signal }),
    );
    const reason = { why: 'no longer wanted' };
    setImmediate(() => abort.abort(reason));
    await expect(done).rejects.toBe(reason);
  });

  test('with a failure of the transfer', async () => {
    const { bytes } = buildVhdImage(disk);
    const source = new SteppedSource(bytes, { readyBytes: 2 * MiB, sizeKnown: true });
    const done = decodeInto(vhd, source, new LateSink(room));
    const failure = new Error('connection lost');
    source.fail(failure);
    await expect(done).rejects.toBe(failure);
  });

  test('with a failure of the sink', async () => {
    const { bytes } = buildVhdImage(disk);
    for (const failAt of [0, MiB, 3 * MiB]) {
      const sink = new LateSink(room);
      sink.failAt = failAt;
      await expect(decodeInto(vhd, bytes, sink)).rejects.toThrow('the disk is full');
      expect(sink.running).toBe(0);
    }
  });
});
