import {
  type ByteSource,
  type DiskVolume,
  defineFormat,
  hasMagic,
  refuse,
  type VolumeFormat,
} from '../../../src/kit.ts';
import { checkVolumes, type VolumesSample } from '../../../src/testing/index.ts';
import type { PartMutant } from './part-mutant.ts';

const text = new TextEncoder();
const volumes = {
  p1: new Uint8Array(3000).fill(1),
  p2: new Uint8Array(5000).map((_, at) => at % 251),
};

/** `CUT1`, the number of volumes, and the offset and length of each. */
function buildDisk(): Uint8Array {
  const disk = new Uint8Array(16_384);
  const view = new DataView(disk.buffer);
  disk.set(text.encode('CUT1'));
  view.setUint32(4, 2, true);
  [volumes.p1, volumes.p2].forEach((bytes, index) => {
    const offset = 4096 + 6000 * index;
    view.setUint32(8 + 8 * index, offset, true);
    view.setUint32(12 + 8 * index, bytes.length, true);
    disk.set(bytes, offset);
  });
  // The missing end must be noticed.
  return disk.slice(0, 4096 + 6000 + volumes.p2.length);
}

/** Reads within one volume; `end` is the limit of its reads. */
function sourceOf(
  disk: ByteSource,
  offset: number,
  sizeBytes: number,
  end = sizeBytes,
): ByteSource {
  return {
    sizeBytes,
    readyBytes: sizeBytes,
    grown: async () => {},
    async read(position, length) {
      const wanted = Math.max(0, Math.min(length, end - position));
      const bytes = await disk.read(offset + position, wanted);
      if (bytes.length < wanted) throw refuse('truncated', 'The disk is cut');
      return bytes;
    },
    async *stream() {
      yield await this.read(0, sizeBytes);
    },
  };
}

/** A good way to divide a disk, except for the given change. */
function cutWith({
  count = (stated: number) => stated,
  end,
  whole = refuseShort,
}: {
  count?: (stated: number) => number;
  end?: number;
  whole?: (bytes: Uint8Array, length: number) => Uint8Array;
} = {}): VolumeFormat {
  return defineFormat({
    kind: 'volumes',
    id: 'cut',
    detect: ({ head }) => hasMagic(head, 'CUT1'),
    async open(disk) {
      const start = await disk.read(0, 24);
      if (!hasMagic(start, 'CUT1')) return undefined;
      const bytes = whole(start, 24);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const found: DiskVolume[] = [];
      const stated = count(view.getUint32(4, true));
      for (let number = 1; number <= stated; number += 1) {
        if (found.length === 2) break;
        const offset = view.getUint32(8 * number, true);
        const sizeBytes = view.getUint32(8 * number + 4, true);
        const source = sourceOf(disk, offset, sizeBytes, end);
        found.push({ name: `p${number}`, number, offset, sizeBytes, source });
      }
      return { scheme: 'cut', volumes: found, warnings: [] };
    },
  });
}

function refuseShort(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length < length) throw refuse('truncated', 'The table is cut');
  return bytes;
}

export const cut: VolumeFormat = cutWith();
export const cutSample: VolumesSample = { bytes: buildDisk(), volumes };

const broken: readonly [id: string, what: string, format: VolumeFormat][] = [
  ['describes-itself', 'an id with a blank', { ...cut, id: 'a cut' }],
  ['detects', 'nothing is detected', { ...cut, detect: () => false }],
  [
    'finds-no-table',
    'a disk without a table has an empty one',
    {
      ...cut,
      open: async (disk, context) =>
        (await cut.open(disk, context)) ?? { scheme: 'cut', volumes: [], warnings: [] },
    },
  ],
  ['names', 'the last volume is left out', cutWith({ count: (stated) => stated - 1 })],
  ['reads', 'the first volume goes on behind its end', cutWith({ end: 5000 })],
  [
    'refuses-what-is-cut',
    'what is missing reads as zeros',
    {
      ...cut,
      open: (disk, context) => {
        const { sizeBytes, readyBytes } = disk;
        const read: ByteSource['read'] = async (position, length) => {
          const bytes = new Uint8Array(length);
          bytes.set(await disk.read(position, length));
          return bytes;
        };
        const padded = { sizeBytes, readyBytes, read, grown: () => disk.grown() };
        return cut.open({ ...padded, stream: () => disk.stream() }, context);
      },
    },
  ],
  [
    'refuses-what-is-changed',
    'a damaged table is an exception of the language',
    cutWith({
      count: (stated) => {
        if (stated > 2) throw new RangeError('too many');
        return stated;
      },
    }),
  ],
  [
    'passes-failures-on',
    'a disk that cannot be read has no table',
    { ...cut, open: (disk, context) => cut.open(disk, context).catch(() => undefined) },
  ],
];

export const volumeMutants: readonly PartMutant[] = broken.map(([id, what, format]) => ({
  id: `volumes/${id}`,
  what,
  cases: () => checkVolumes(format, cutSample),
}));
