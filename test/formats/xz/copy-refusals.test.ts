import { xz as lzma } from '@napi-rs/lzma';
import { describe, expect, test } from 'vitest';
import { xz } from '../../../formats/xz.ts';
import { decodeContext } from '../decode-context.ts';
import { copyAll, GrowingSink } from '../shared/copying.ts';
import { decodeAll, diskLikeBytes, refusalOf, sequence, sha256 } from '../shared/decoding.ts';
import { SteppedSource } from '../stepped-source.ts';
import { makeXz, type XzDefects } from './make-xz.ts';
import { stateSizes } from './state-sizes.ts';

const content = diskLikeBytes(150_000);
// Lengths that differ, so that every block has padding.
const blocks = [
  content.subarray(0, 49_997),
  content.subarray(49_997, 99_998),
  content.subarray(99_998),
];
const truly = { compressed: 0, uncompressed: 0 };

describe('refuses, when blocks are decoded in parallel', () => {
  const cases: [string, string, XzDefects][] = [
    ['a wrong check', 'checksum', { check: [1, 2, 3, 4] }],
    ['padding that is not zero', 'corrupt-data', { blockPadding: 1 }],
    [
      'a compressed length too short',
      'corrupt-data',
      { statedSizes: { ...truly, compressed: -4 } },
    ],
    ['a compressed length too long', 'corrupt-data', { statedSizes: { ...truly, compressed: 4 } }],
    [
      'a compressed length past the end',
      'corrupt-data',
      { statedSizes: { ...truly, compressed: 2 ** 45 } },
    ],
    ['a length too short', 'corrupt-data', { statedSizes: { ...truly, uncompressed: -1 } }],
    ['a length too long', 'corrupt-data', { statedSizes: { ...truly, uncompressed: 1 } }],
    ['a length above the limit', 'limit', { statedSizes: { ...truly, uncompressed: 2 ** 45 } }],
    [
      'a filter that is not known',
      'unsupported-feature',
      { blockFields: [1, 0x0f, 0, 0x21, 1, 0] },
    ],
    ['a dictionary of 4 GiB', 'limit', { blockFields: [0, 0x21, 1, 40] }],
  ];
  const places: [string, number][] = [
    ['first', 0],
    ['middle', 1],
    ['last', 2],
  ];
  for (const [place, block] of places) {
    test.each(cases)(`%s in the ${place} block, as %s`, async (_, reason, defects) => {
      const bytes = makeXz(blocks, { statedSizes: truly, ...defects, block });
      expect(await refusalOf(copyAll(xz, bytes))).toBe(reason);
    });
  }

  /** The true records of blocks whose headers state no lengths, with these changes. */
  const listed = (...changes: [unpadded: number, uncompressed: number][]): Uint8Array => {
    const records = blocks.map(({ length }, i): [number, number] => {
      const [unpadded, uncompressed] = changes[i] ?? [0, 0];
      return [12 + length + 4 + 4 + unpadded, length + uncompressed];
    });
    return makeXz(blocks, { records });
  };
  const lists: [string, () => Uint8Array][] = [
    ['lengths that lead elsewhere', () => listed([8, 0], [-8, 0])],
    ['lengths of the disk that only add up', () => listed([0, 100], [0, -100])],
    ['two blocks as each other', () => listed([4, 4], [-4, -4])],
    ['a block of no bytes', () => listed([-50_016, 0])],
    ['a length beyond 2^53', () => listed([0, 2 ** 60])],
    ['a place beyond 2^53', () => listed([2 ** 60, 0])],
  ];
  test('accepts the true records that these lists are made from', async () => {
    expect((await copyAll(xz, listed())).sha256).toBe(sha256(content));
  });
  test.each(lists)('an index that lists %s', async (_, make) => {
    expect(await refusalOf(copyAll(xz, make()))).toBe('corrupt-data');
    expect(await refusalOf(decodeAll(xz, make()))).toBe('corrupt-data');
  });

  test('more than the limit, stated or not', async () => {
    const context = decodeContext({ limits: { virtualBytes: content.length - 1 } });
    for (const defects of [{}, { statedSizes: truly }]) {
      expect(await refusalOf(copyAll(xz, makeXz(blocks, defects), context))).toBe('limit');
    }
    const enough = decodeContext({ limits: { virtualBytes: content.length } });
    expect((await copyAll(xz, makeXz(blocks), enough)).sizeBytes).toBe(content.length);
  });

  test('every cut and every flipped bit, or they change nothing', async () => {
    const streams = await Promise.all(
      [0, 1, 2, 3].map(async (i) =>
        Uint8Array.from(await lzma.compress(diskLikeBytes(9000, i + 1))),
      ),
    );
    const bytes = Buffer.concat([...streams, ...streams.map(stateSizes)]);
    const whole = await copyAll(xz, bytes);
    expect(await decodeAll(xz, bytes)).toEqual(whole);
    for (let length = 3; length < bytes.length; length += 997) {
      expect(await refusalOf(copyAll(xz, bytes.subarray(0, length)))).toBeTypeOf('string');
    }
    const next = sequence(4711);
    for (let i = 0; i < 300; i += 1) {
      const at = next(bytes.length);
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << next(8));
      expect(await refusalOf(copyAll(xz, damaged)), `bit at ${at}`).toBeTypeOf('string');
    }
  });
});

describe('ends', () => {
  test('by an abort while it waits for bytes, with the reason of the caller', async () => {
    const controller = new AbortController();
    const bytes = makeXz(blocks, { statedSizes: truly });
    const source = new SteppedSource(bytes, { readyBytes: 70_000, sizeKnown: true });
    const reason = { why: 'no longer wanted' };
    const sink = new GrowingSink();
    sink.onWrite = () => controller.abort(reason);
    const copying = copyAll(xz, source, decodeContext({ signal: controller.signal }), sink);
    await expect(copying).rejects.toBe(reason);
  });

  test('by an abort before it begins', async () => {
    const reason = { why: 'never wanted' };
    const context = decodeContext({ signal: AbortSignal.abort(reason) });
    await expect(copyAll(xz, makeXz(blocks), context)).rejects.toBe(reason);
  });

  test.each([false, true])(
    'by a source that fails, with its error (length known: %s)',
    async (sizeKnown) => {
      const bytes = makeXz(blocks, { statedSizes: truly });
      const source = new SteppedSource(bytes, { readyBytes: 70_000, sizeKnown });
      const failure = new Error('connection lost');
      const sink = new GrowingSink();
      sink.onWrite = () => source.fail(failure);
      await expect(copyAll(xz, source, decodeContext(), sink)).rejects.toBe(failure);
    },
  );

  test('by a disk that fails, with its error', async () => {
    const failure = new Error('the disk is full');
    const sink = new GrowingSink();
    sink.onWrite = (position) => {
      if (position >= 50_000) throw failure;
    };
    const bytes = makeXz(blocks, { statedSizes: truly });
    await expect(copyAll(xz, bytes, decodeContext(), sink)).rejects.toBe(failure);
  });
});

describe('a file that is arriving', () => {
  const layouts: [string, XzDefects][] = [
    ['with lengths in the headers', { statedSizes: truly }],
    ['without', {}],
  ];
  test.each(layouts)('%s is decoded as far as it has arrived', async (_, defects) => {
    const bytes = makeXz(blocks, defects);
    const source = new SteppedSource(bytes, { readyBytes: 0, sizeKnown: false });
    const sink = new GrowingSink();
    const second = Promise.withResolvers<void>();
    sink.onWrite = (position) => {
      if (position >= 49_997) second.resolve();
    };
    const copying = copyAll(xz, source, decodeContext(), sink);
    // Two blocks and a part of the third.
    for (const ready of [5, 30_000, 60_000, 110_000]) {
      source.grow(ready);
      await new Promise(setImmediate);
    }
    await second.promise;
    source.grow(bytes.length);
    expect(await copying).toEqual({ sizeBytes: content.length, sha256: sha256(content) });
  });
});
