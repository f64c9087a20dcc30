import { describe, expect, test } from 'vitest';
import { vhdx } from '../../../formats/vhdx.ts';
import { buildVhdxImage, type VhdxImageOptions } from '../../../src/testing/vhdx-image.ts';
import { decodeContext } from '../decode-context.ts';
import { PageSink } from '../page-sink.ts';
import { content, digestOf } from '../qcow2/disk.ts';
import { SteppedSource } from '../stepped-source.ts';
import { decodeVhdx, KiB, MiB, refusalOfVhdx } from './disk.ts';

const virtualSize = 40 * MiB;
const extents = [
  { position: 0, bytes: content('text', 1, 4 * MiB) },
  { position: 17 * MiB, bytes: content('noise', 2, 6 * MiB) },
  { position: 38 * MiB, bytes: content('text', 3, 2 * MiB) },
];
const disk: VhdxImageOptions = { virtualSize, extents };
const want = digestOf(virtualSize, extents);

const shuffled = (blocks: number[]): number[] =>
  blocks.toSorted((a, b) => ((a * 7919) % 101) - ((b * 7919) % 101) || a - b);

const layouts: [string, Partial<VhdxImageOptions>][] = [
  ['blocks in the order of the disk', {}],
  ['blocks out of order', { order: shuffled }],
  ['blocks from the end to the start', { order: (blocks) => blocks.toReversed() }],
  ['large blocks out of order', { order: shuffled, blockBytes: 4 * MiB }],
  ['tables behind the blocks', { layout: ['log', 'blocks', 'metadata', 'bat'], order: shuffled }],
  ['tables and log changed by the log', { dirty: { holds: (at) => at % MiB === 0 } }],
];

describe('a file that is still arriving', () => {
  test.each(layouts)('%s: everything that is known is written', async (_, layout) => {
    const { blockBytes = MiB } = layout;
    const image = buildVhdxImage({ ...disk, ...layout });
    const tablesEnd = Math.max(image.batOffset, image.metadataOffset, image.logOffset) + MiB;
    const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: false });
    const sink = new PageSink();
    const done = decodeVhdx(source, sink);
    const steps = 12;
    for (let step = 1; step < steps; step += 1) {
      const readyBytes = Math.floor((image.bytes.length * step) / steps);
      source.grow(readyBytes);
      let explained = 0;
      for (const [, offset] of image.dataOffsets) {
        const there = Math.max(0, Math.min(blockBytes, readyBytes - offset));
        if (tablesEnd <= readyBytes) explained += Math.floor(there / MiB) * MiB;
      }
      // This waits forever if nothing more is written. Neighbours are read up to 1 MiB at once.
      await sink.written(explained);
    }
    source.grow(image.bytes.length);
    await done;
    expect(sink.sha256()).toBe(want);
  });

  test('needs no byte after the last block it waits for', async () => {
    const layout = ['metadata', 'bat', 'blocks', 'log'] as const;
    const image = buildVhdxImage({ ...disk, layout, order: shuffled });
    const source = new SteppedSource(image.bytes, { readyBytes: 0, sizeKnown: true });
    const sink = new PageSink();
    const done = decodeVhdx(source, sink);
    source.grow(image.bytes.length - MiB);
    await sink.written(12 * MiB);
    source.grow(image.bytes.length);
    await done;
  });

  test.each([true, false])(
    'that ends too early is truncated (size known: %s)',
    async (sizeKnown) => {
      const { bytes } = buildVhdxImage({ ...disk, order: shuffled });
      const cuts = [300 * KiB, MiB, 2 * MiB + 100, 2 * MiB + 64 * KiB + 9, 3 * MiB + 64];
      for (const length of [...cuts, bytes.length - 1]) {
        const cut = bytes.slice(0, length);
        const source = new SteppedSource(cut, { readyBytes: length - 1, sizeKnown });
        const done = refusalOfVhdx(source);
        // A reader that does not know the size waits inside the part that is cut now.
        await new Promise(setImmediate);
        source.grow(cut.length);
        expect((await done).details.reason).toBe('truncated');
      }
    },
  );

  test.each([true, false])(
    'whose last region is cut after the last byte that is read is truncated (size known: %s)',
    async (sizeKnown) => {
      for (const last of ['metadata', 'bat'] as const) {
        const others = (['log', 'bat', 'metadata', 'blocks'] as const).filter((at) => at !== last);
        const { bytes } = buildVhdxImage({ ...disk, layout: [...others, last] });
        const cut = bytes.slice(0, -1);
        const source = new SteppedSource(cut, { readyBytes: cut.length - 1, sizeKnown });
        const done = refusalOfVhdx(source);
        await new Promise(setImmediate);
        source.grow(cut.length);
        expect((await done).details.reason).toBe('truncated');
      }
    },
  );

  describe('that is shorter than its log requires', () => {
    const dirty = { holds: (at: number) => at === 192 * KiB };
    const { bytes } = buildVhdxImage({ ...disk, dirty });
    const more = { position: 30 * MiB, bytes: content('text', 9, 9) };
    const longer = buildVhdxImage({ ...disk, extents: [...extents, more], dirty });
    // The log of the longer file, with all its blocks present.
    bytes.set(longer.bytes.subarray(longer.logOffset, longer.logOffset + MiB), longer.logOffset);
    const refusal = {
      details: { reason: 'truncated', value: String(longer.bytes.length), format: 'vhdx' },
    };

    test('is refused immediately if its size is known', async () => {
      const source = new SteppedSource(bytes, { readyBytes: 5 * MiB, sizeKnown: true });
      await expect(vhdx.open(source, decodeContext())).rejects.toMatchObject(refusal);
    });

    test('is refused at its end if the size was not known', async () => {
      const source = new SteppedSource(bytes, { readyBytes: 5 * MiB, sizeKnown: false });
      const image = await vhdx.open(source, decodeContext());
      const done = image.copyTo(new PageSink());
      source.grow(bytes.length);
      await expect(done).rejects.toMatchObject(refusal);
    });
  });
});

describe('tables far ahead', () => {
  const bytes = content('noise', 5, 24 * MiB);
  const late = buildVhdxImage({
    virtualSize,
    extents: [{ position: 0, bytes }],
    layout: ['log', 'blocks', 'metadata', 'bat'],
  });
  const lateWant = digestOf(virtualSize, [{ position: 0, bytes }]);

  test('are waited for if nothing can be fetched early', async () => {
    const source = new SteppedSource(late.bytes, { readyBytes: 8 * MiB, sizeKnown: true });
    const sink = new PageSink();
    const done = decodeVhdx(source, sink);
    source.grow(late.metadataOffset);
    source.grow(late.bytes.length);
    await done;
    expect(sink.sha256()).toBe(lateWant);
  });

  /**
   * The beginning of the image, with the rest available on request; `asked` resolves on the request of the block table.
   */
  function sourceWithAhead(answer: (position: number, bytes: Uint8Array) => Uint8Array): {
    source: SteppedSource;
    asked: Promise<void>;
    places: number[];
  } {
    const source = new SteppedSource(late.bytes, { readyBytes: 2 * MiB, sizeKnown: true });
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const places: number[] = [];
    Object.assign(source, {
      ahead: async (position: number, length: number) => {
        places.push(position);
        if (position === late.batOffset) resolve();
        return answer(position, late.bytes.slice(position, position + length));
      },
    });
    return { source, asked, places };
  }

  test('are fetched early if that is possible', async () => {
    const { source, asked, places } = sourceWithAhead((_, piece) => piece);
    const sink = new PageSink();
    const done = decodeVhdx(source, sink);
    await asked;
    source.grow(12 * MiB);
    await sink.written(10 * MiB);
    source.grow(late.bytes.length);
    await done;
    expect(sink.sha256()).toBe(lateWant);
    expect(Math.min(...places)).toBe(late.metadataOffset);
  });

  test('are refused if the sequential read brings other ones', async () => {
    const { source, asked } = sourceWithAhead((position, piece) => {
      // Blocks 1 and 2 of the disk change places, as from a server with two contents.
      if (position !== late.batOffset) return piece;
      const entry = piece.slice(8, 16);
      piece.copyWithin(8, 16, 24);
      piece.set(entry, 16);
      return piece;
    });
    const done = refusalOfVhdx(source);
    await asked;
    source.grow(late.bytes.length);
    expect(await done).toMatchObject({
      code: 'ERR_UNSAFE_IMAGE',
      details: { reason: 'ambiguous-content', format: 'vhdx' },
    });
  });

  test('are waited for if fetching them early fails', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { source } = sourceWithAhead(() => {
      resolve();
      throw new Error('no ranges here');
    });
    const done = decodeVhdx(source);
    await asked;
    source.grow(late.bytes.length);
    expect((await done).sha256()).toBe(lateWant);
  });
});
