import { describe, expect, test } from 'vitest';
import { sealVhdx, vhdxHeader } from '../../../src/testing/vhdx-structures.ts';
import { KiB, MiB } from './disk.ts';
import { extents, fill, firstBytes, type Put, pristine, sector, withLog } from './log-image.ts';

describe('the log uses', () => {
  const first: Put = { at: 0, sequence: 7n, writes: [fill(0, 1)] };
  const second: Put = { at: 2 * sector, tail: 0, sequence: 8n, writes: [fill(1, 2)] };
  const untouched = Array.from({ length: 3 }, (_, i) => extents[0]?.bytes[i * sector + 2000] ?? -1);
  const [old0 = -1, old1 = -1, old2 = -1] = untouched;

  test('only the entries from the tail on', async () => {
    const bytes = withLog([first, { ...second, tail: 2 * sector }]);
    expect(await firstBytes(bytes, 3)).toEqual([old0, 2, old2]);
  });

  test('no incomplete last entry', async () => {
    const torn: Put = { at: 4 * sector, tail: 0, sequence: 9n, writes: [fill(2, 3)] };
    const damages: ((entry: Uint8Array) => Uint8Array)[] = [
      (entry) => entry.fill(0, sector),
      (entry) => entry.fill(0, 0, sector),
      (entry) => entry.fill(1, 5000, 5001),
    ];
    for (const damage of damages) {
      const bytes = withLog([first, second, { ...torn, damage }]);
      expect(await firstBytes(bytes, 3)).toEqual([1, 2, old2]);
    }
  });

  const flaws: [string, (entry: Uint8Array, view: DataView) => void][] = [
    ['no signature', (entry) => entry.fill(0, 0, 4)],
    ['no number', (_, view) => view.setBigUint64(16, 0n, true)],
    ['a number that is not the next', (_, view) => view.setBigUint64(16, 10n, true)],
    ['another guid', (entry) => entry.fill(7, 32, 48)],
    ['a length of no bytes', (_, view) => view.setUint32(8, 0, true)],
    ['a length without its data', (_, view) => view.setUint32(8, sector, true)],
    ['a length beyond its data', (_, view) => view.setUint32(8, 3 * sector, true)],
    ['an odd length', (_, view) => view.setUint32(8, 2 * sector + 1, true)],
    ['a length past the log', (_, view) => view.setUint32(8, 0xffff_f000, true)],
    ['an odd tail', (_, view) => view.setUint32(12, 1, true)],
    ['a tail past the log', (_, view) => view.setUint32(12, MiB, true)],
    ['more updates than sectors', (_, view) => view.setUint32(24, 0xffff_ffff, true)],
    ['an unknown update', (entry) => entry.fill(0, 64, 68)],
    ['an update with another number', (_, view) => view.setBigUint64(64 + 24, 8n, true)],
    ['an update out of step', (_, view) => view.setBigUint64(64 + 16, BigInt(4 * MiB + 512), true)],
    ['data without a signature', (entry) => entry.fill(0, sector, sector + 4)],
    ['data with another number, above', (_, view) => view.setUint32(sector + 4, 1, true)],
    ['data with another number, below', (_, view) => view.setUint32(2 * sector - 4, 1, true)],
  ];

  test.each(flaws)('no entry with %s, although its checksum is correct', async (_, flaw) => {
    const damage = (entry: Uint8Array): Uint8Array => {
      // One sector more, which looks like data of this entry, so that a wrong length can have a checksum too.
      const longer = new Uint8Array(entry.length + sector);
      longer.set(entry);
      longer.set(entry.subarray(sector), entry.length);
      const view = new DataView(longer.buffer);
      flaw(longer, view);
      const claimed = view.getUint32(8, true);
      sealVhdx(
        longer.subarray(0, claimed > 8 && claimed <= longer.length ? claimed : entry.length),
      );
      return longer;
    };
    const third: Put = { at: 4 * sector, tail: 0, sequence: 9n, writes: [fill(2, 3)], damage };
    expect(await firstBytes(withLog([first, second, third]), 3)).toEqual([1, 2, old2]);
  });

  test('no entry whose zeros are not whole sectors', async () => {
    const writes = [{ offset: 4 * MiB, zeros: sector + 512 }];
    const bytes = withLog([first, second, { at: 4 * sector, tail: 0, sequence: 9n, writes }]);
    expect(await firstBytes(bytes, 3)).toEqual([1, 2, old2]);
  });

  test('the newer of two complete sequences, at any place', async () => {
    const apart = 100 * sector;
    for (const [a, b] of [
      [0, apart],
      [apart, 0],
    ] as const) {
      const bytes = withLog([
        { at: a, sequence: (1n << 53n) + 1n, writes: [fill(0, 1)] },
        { at: b, sequence: 1n << 53n, writes: [fill(1, 2)] },
      ]);
      expect(await firstBytes(bytes, 2)).toEqual([1, old1]);
    }
  });

  test('no sequence whose tail was overwritten', async () => {
    const bytes = withLog([
      first,
      { at: 50 * sector, tail: 10 * sector, sequence: 20n, writes: [fill(1, 2)] },
    ]);
    expect(await firstBytes(bytes, 2)).toEqual([1, old1]);
  });

  test('a sequence whose entries continue across the end of the log', async () => {
    for (const start of [MiB - sector, MiB - 2 * sector, MiB - 3 * sector]) {
      const at = (count: number): number => (start + count * sector) % MiB;
      const bytes = withLog([
        { at: start, sequence: 30n, writes: [fill(0, 1)] },
        { at: at(2), tail: start, sequence: 31n, writes: [fill(1, 2)] },
        { at: at(4), tail: start, sequence: 32n, writes: [fill(2, 3)] },
        // Left from an earlier cycle: older, but complete.
        { at: at(6), tail: at(6), sequence: 12n, writes: [fill(0, 9), fill(1, 9)] },
      ]);
      expect(await firstBytes(bytes, 3)).toEqual([1, 2, 3]);
    }
  });

  test('no inactive log, with any content', async () => {
    const bytes = withLog([first]);
    bytes.set(vhdxHeader({ sequence: 4n, logOffset: MiB, logBytes: MiB }), 128 * KiB);
    expect(await firstBytes(bytes, 1)).toEqual([old0]);
    bytes.fill(0xff, MiB, 2 * MiB);
    expect(await firstBytes(bytes, 1)).toEqual([old0]);
  });

  test('an inactive log of an unknown version is ignored', async () => {
    const bytes = Uint8Array.from(pristine.bytes);
    const header = vhdxHeader({ sequence: 4n, logOffset: MiB, logBytes: MiB });
    new DataView(header.buffer).setUint16(64, 9, true);
    sealVhdx(header);
    bytes.set(header, 128 * KiB);
    expect(await firstBytes(bytes, 1)).toEqual([old0]);
  });
});
