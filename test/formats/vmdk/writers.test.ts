import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { vmdk } from '../../../formats/vmdk.ts';
import type { DefectReason } from '../../../src/kit.ts';
import { decodeDisk } from '../decode-disk.ts';
import { content } from '../qcow2/disk.ts';
import { type WriterHabits, type WrittenStream, writeStream } from './stream-writer.ts';
import { expectRefusal, KiB } from './subject.ts';

const grainBytes = 8 * KiB;
/** Twenty grains with data, ten without, and one more after them, in tables of eight. */
const disk = new Uint8Array(31 * grainBytes);
disk.set(content('text', 1, 20 * grainBytes));
disk.set(content('noise', 2, grainBytes), 30 * grainBytes);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const set64 = (at: number, value: bigint): ((view: DataView) => void) => {
  return (view) => view.setBigUint64(at, value, true);
};
const set32 = (at: number, value: number): ((view: DataView) => void) => {
  return (view) => view.setUint32(at, value, true);
};
const zeroLengths: WriterHabits = { statedLength: () => 0 };
/** In the form of Xen Orchestra: two directories, which only the footer names; another overhead there. */
const xenOrchestra: WriterHabits = {
  ...zeroLengths,
  redundant: true,
  footer: (view) => view.setBigUint64(64, 8n, true),
};

const habits: [string, WriterHabits][] = [
  ['by the book', {}],
  ['no lengths in its markers', zeroLengths],
  ['no length in the marker of the directory', { statedLength: (n, type) => (type === 2 ? 0 : n) }],
  ['Xen Orchestra', xenOrchestra],
  ['zeros between all parts', { padding: 3 }],
  ['zeros between all parts, 2 MiB each', { padding: 4096 }],
  ['zeros between all parts, no lengths', { ...xenOrchestra, padding: 1 }],
  ['zeros behind tables, counted by their markers', { spare: 5 }],
  ['grains in any order', { order: (grains) => grains.toReversed(), padding: 1 }],
  ['another version in the footer', { footer: set32(4, 1) }],
  [
    'no descriptor in the footer',
    { footer: (view) => new Uint8Array(view.buffer).fill(0, 28, 44) },
  ],
  ['no overhead in the footer', { footer: set64(64, 0n) }],
  ['no overhead in the header', { header: set64(64, 0n) }],
  ['a flag for zeroed grains in the footer alone', { footer: set32(8, 0x3_0005) }],
  [
    'a redundant directory in the header that is at the end',
    { ...xenOrchestra, header: set64(48, (1n << 64n) - 1n) },
  ],
  [
    'a flag for a redundant directory that is not there',
    { header: set32(8, 0x3_0003), footer: set32(8, 0x3_0003) },
  ],
  ['an end marker that is not padded', { endBytes: 16 }],
];

test.each(habits)('a stream of a writer with %s', async (_, habit) => {
  const { bytes } = writeStream(disk, habit);
  expect((await decodeDisk(vmdk, bytes)).sha256()).toBe(sha256(disk));
});

test.each([1, 7, 15])('a disk whose last grain has %i sectors', async (sectors) => {
  const odd = disk.slice(0, 30 * grainBytes + sectors * 512);
  for (const habit of [{}, xenOrchestra, { statedSectors: odd.length / 512 }]) {
    const decoded = await decodeDisk(vmdk, writeStream(odd, habit).bytes);
    expect(decoded.sizeBytes).toBe(odd.length);
    expect(decoded.sha256()).toBe(sha256(odd));
  }
});

test('a descriptor that differs from the header by a grain or more', async () => {
  for (const statedSectors of [disk.length / 512 + 1, disk.length / 512 - 16, 1]) {
    await expectRefusal(writeStream(disk, { statedSectors }).bytes, 'corrupt-header');
  }
});

const defects: [string, DefectReason, (image: WrittenStream) => void][] = [
  [
    'a grain that no table names',
    'corrupt-table',
    ({ view, tables }) => view.setUint32(at(tables) + 8, 0, true),
  ],
  [
    'an entry without a grain',
    'corrupt-table',
    ({ view, tables }) => view.setUint32(at(tables, 2) + 20, 4, true),
  ],
  [
    'two entries for one grain',
    'corrupt-table',
    ({ view, tables, grains }) => view.setUint32(at(tables) + 4, at(grains) / 512, true),
  ],
  [
    'a table that the directory does not name',
    'corrupt-table',
    ({ view, directory }) => view.setUint32(directory, 0, true),
  ],
  [
    'a table on top of a grain',
    'corrupt-table',
    ({ view, directory, grains }) => view.setUint32(directory, at(grains, 3) / 512, true),
  ],
  [
    'a table past the end',
    'truncated',
    ({ view, directory }) => view.setUint32(directory, 1 << 20, true),
  ],
  [
    'two tables in one place',
    'corrupt-table',
    ({ view, directory, tables }) => view.setUint32(directory + 4, at(tables) / 512, true),
  ],
  [
    'a directory on top of a table',
    'corrupt-table',
    ({ view, footer, tables }) => view.setBigUint64(footer + 56, BigInt(at(tables) / 512), true),
  ],
  [
    'a footer for a larger disk',
    'corrupt-header',
    ({ view, footer }) => view.setBigUint64(footer + 12, 1n << 20n, true),
  ],
  [
    'a footer with other grains',
    'corrupt-header',
    ({ view, footer }) => view.setBigUint64(footer + 20, 32n, true),
  ],
  [
    'a footer with another descriptor',
    'corrupt-header',
    ({ view, footer }) => view.setBigUint64(footer + 28, 9n, true),
  ],
  [
    'a table entry of 1 where only the footer has the flag',
    'corrupt-table',
    ({ view, footer, tables }) => {
      view.setUint32(footer + 8, 0x3_0005, true);
      view.setUint32(at(tables, 2) + 16, 1, true);
    },
  ],
  [
    'a grain whose marker is wiped',
    'corrupt-table',
    ({ bytes, grains }) => bytes.fill(0, at(grains, 30), at(grains, 30) + 512),
  ],
  [
    'a grain that is wiped',
    'corrupt-table',
    ({ bytes, grains }) => bytes.fill(0, at(grains, 19), at(grains, 30)),
  ],
  [
    'no footer, and zeros to the end',
    'truncated',
    ({ bytes, footer }) => bytes.fill(0, footer - 512),
  ],
  ['a byte behind the end marker', 'trailing-data', ({ bytes }) => bytes.fill(1, bytes.length - 1)],
];

test.each(defects)('%s', async (_, reason, damage) => {
  for (const habit of [zeroLengths, { padding: 2 }, { ...zeroLengths, padding: 1 }]) {
    const image = writeStream(disk, habit);
    damage(image);
    await expectRefusal(image.bytes, reason);
  }
});

test('padding that a marker counts must be zeros', async () => {
  const image = writeStream(disk, { spare: 2 });
  image.bytes.fill(1, at(image.tables) + 512 + 100, at(image.tables) + 512 + 101);
  await expectRefusal(image.bytes, 'corrupt-table');
});

test('the tables and directory of a redundant directory are compared too', async () => {
  const image = writeStream(disk, xenOrchestra);
  const first = image.view.getBigUint64(image.footer + 48, true);
  const table = image.view.getUint32(Number(first) * 512, true) * 512;
  image.view.setUint32(table, 0, true);
  await expectRefusal(image.bytes, 'corrupt-table');
});

function at(places: readonly number[], index = 0): number {
  return places[index] ?? 0;
}
