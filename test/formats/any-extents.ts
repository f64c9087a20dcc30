import fc from 'fast-check';
import type { DiskExtent } from '../../src/testing/cut-blocks.ts';
import { content } from './qcow2/disk.ts';

/** An extent before the size of the disk is known; `at` is a fraction of that size. */
export interface AnyExtent {
  at: number;
  length: number;
  kind: 'text' | 'noise' | 'zeros';
  seed: number;
}

/** Up to six extents of any kind, at any place; they may overlap. */
export const anyExtents: fc.Arbitrary<AnyExtent[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 200_000 }),
    kind: fc.constantFrom<AnyExtent['kind'][]>('text', 'noise', 'zeros'),
    seed: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 6 },
);

/** Puts extents onto a disk, cut at its end. */
export function placeExtents(extents: readonly AnyExtent[], virtualSize: number): DiskExtent[] {
  return extents.map(({ at, length, kind, seed }) => {
    const position = Math.floor(at * (virtualSize - 1));
    const cut = Math.min(length, virtualSize - position);
    const bytes = kind === 'zeros' ? new Uint8Array(cut) : content(kind, seed, cut);
    return { position, bytes };
  });
}

/** Orders blocks by a step through them, the same for the same `stride`. */
export function byStride(stride: number, round = 9973): (blocks: readonly number[]) => number[] {
  const rank = (block: number): number => (block * stride) % round;
  return (blocks) => blocks.toSorted((a, b) => rank(a) - rank(b) || a - b);
}
