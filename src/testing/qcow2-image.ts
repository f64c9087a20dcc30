import { open } from 'node:fs/promises';
import { cutTouchedBlocks, type DiskExtent } from './cut-blocks.ts';
import { type EncodedCluster, encodeCluster } from './qcow2-cluster.ts';
import { headerBytes, refcountParts } from './qcow2-metadata.ts';

/** Content and layout of a qcow2 image. */
export interface Qcow2ImageOptions {
  /** Size of the disk in bytes, a multiple of 512. */
  virtualSize: number;
  extents: readonly DiskExtent[];
  /** Default 3. Version 2 has no zero flags, no zstd and no extended L2 entries. */
  version?: 2 | 3 | undefined;
  /** 9 to 21, default 16; 14 or more with extended L2 entries. */
  clusterBits?: number | undefined;
  /** Default `none`. A cluster that does not become smaller is stored uncompressed. */
  compression?: 'none' | 'zlib' | 'zstd' | undefined;
  extendedL2?: boolean | undefined;
  /** Default `first`: right after the header; `last`: after all data and L2 tables. */
  l1?: 'first' | 'last' | undefined;
  /**
   * Position of an L2 table: `before` (default) or `after` the data of its range, or `last`: all tables after all
   * data.
   */
  l2?: 'before' | 'after' | 'last' | undefined;
  /** Receives the numbers of the clusters with data, ascending; returns them in the order of the file. */
  order?: ((clusters: number[]) => number[]) | undefined;
  /**
   * Clusters (and subclusters) of an extent that are all zeros: left out (default), flagged, or flagged with reserved
   * space.
   */
  zeros?: 'unallocated' | 'flagged' | 'preallocated' | undefined;
  /** Store equal clusters once; default false. */
  share?: boolean | undefined;
}

/** A complete qcow2 image and the offsets of its parts in bytes. */
export interface Qcow2Image {
  bytes: Uint8Array;
  l1Offset: number;
  /** By index in the L1 table; 0 if there is no table. */
  l2Offsets: number[];
  /** By number of the cluster on the disk. */
  dataOffsets: Map<number, number>;
}

interface Part {
  position: number;
  bytes: Uint8Array;
}

/**
 * Builds a valid qcow2 image in memory: refcounts and flags are right, so `qemu-img check` finds no error. Throws a
 * `RangeError` for an extent beyond the disk.
 */
export function buildQcow2Image(options: Qcow2ImageOptions): Qcow2Image {
  const { parts, fileBytes, ...places } = layOut(options);
  const bytes = new Uint8Array(fileBytes);
  for (const part of parts) bytes.set(part.bytes, part.position);
  return { bytes, ...places };
}

/** Writes the same image to a new file; fails if the file exists. */
export async function writeQcow2Image(path: string, options: Qcow2ImageOptions): Promise<void> {
  const { parts, fileBytes } = layOut(options);
  const file = await open(path, 'wx');
  try {
    await file.truncate(fileBytes);
    for (const part of parts) await file.write(part.bytes, 0, part.bytes.length, part.position);
  } finally {
    await file.close();
  }
}

type Layout = Omit<Qcow2Image, 'bytes'> & { parts: Part[]; fileBytes: number };

function layOut(options: Qcow2ImageOptions): Layout {
  const { virtualSize, version = 3, clusterBits = 16, compression = 'none' } = options;
  const { extendedL2 = false, l1 = 'first', l2 = 'before' } = options;
  const clusterBytes = 2 ** clusterBits;
  const entryBytes = extendedL2 ? 16 : 8;
  const tableEntries = clusterBytes / entryBytes;
  const tables = Math.ceil(virtualSize / (clusterBytes * tableEntries));
  const l1Bytes = Math.max(1, tables) * 8;
  const parts: Part[] = [];
  const references = new Map<number, number>();
  const l2Offsets = new Array<number>(tables).fill(0);
  const dataOffsets = new Map<number, number>();
  const entries = new Map<number, EncodedCluster>();
  const stored = new Map<string, number>();
  let fileEnd = clusterBytes;

  const align = (): number => Math.ceil(fileEnd / clusterBytes) * clusterBytes;
  const reserve = (bytes: number, position = align()): number => {
    fileEnd = position + bytes;
    return position;
  };
  /** Adds one reference to every cluster that the range touches. */
  const refer = (position: number, bytes: number): void => {
    const last = Math.floor((position + bytes - 1) / clusterBytes);
    for (let i = Math.floor(position / clusterBytes); i <= last; i += 1) {
      references.set(i, (references.get(i) ?? 0) + 1);
    }
  };
  const placeTable = (table: number): void => {
    l2Offsets[table] = reserve(clusterBytes);
    refer(l2Offsets[table], clusterBytes);
  };
  const placeCluster = (number: number, cluster: EncodedCluster): void => {
    entries.set(number, cluster);
    if (cluster.bytes === undefined) return;
    const { bytes, compressed } = cluster;
    const key = options.share === true ? Buffer.from(bytes).toString('latin1') : undefined;
    const known = key === undefined ? undefined : stored.get(key);
    const position = known ?? reserve(bytes.length, compressed ? fileEnd : align());
    if (known === undefined) parts.push({ position, bytes });
    if (key !== undefined) stored.set(key, position);
    dataOffsets.set(number, position);
    const sectors = Math.ceil(((position % 512) + bytes.length) / 512);
    refer(compressed ? position - (position % 512) : position, compressed ? sectors * 512 : 1);
  };

  const encoded = encodeClusters(options, clusterBytes);
  const present = [...encoded.keys()];
  const order = options.order?.(present) ?? present;
  const tableOf = (number: number): number => Math.floor(number / tableEntries);
  const missing = new Map<number, number>();
  for (const number of order) {
    missing.set(tableOf(number), (missing.get(tableOf(number)) ?? 0) + 1);
  }

  refer(0, clusterBytes);
  let l1Offset = l1 === 'first' ? reserve(l1Bytes) : 0;
  for (const number of order) {
    const table = tableOf(number);
    if (l2 === 'before' && l2Offsets[table] === 0) placeTable(table);
    const cluster = encoded.get(number);
    if (cluster !== undefined) placeCluster(number, cluster);
    const left = (missing.get(table) ?? 0) - 1;
    missing.set(table, left);
    if (l2 === 'after' && left === 0) placeTable(table);
  }
  if (l2 === 'last') for (const table of missing.keys()) placeTable(table);
  if (l1 === 'last') l1Offset = reserve(l1Bytes);
  refer(l1Offset, l1Bytes);

  parts.push(
    ...tableParts({ l1Offset, l1Bytes, l2Offsets, dataOffsets, entries, references }, options),
  );
  const refcounts = refcountParts(references, align(), clusterBytes);
  parts.push(...refcounts.parts);
  const header = headerBytes({
    ...{ version, clusterBits, virtualSize, extendedL2, zstd: compression === 'zstd' },
    ...{ l1Offset, l1Entries: l1Bytes / 8, refcounts },
  });
  parts.push({ position: 0, bytes: header });
  return { parts, fileBytes: refcounts.end, l1Offset, l2Offsets, dataOffsets };
}

/** The clusters with data or flags, by their number, ascending. */
function encodeClusters(
  {
    extents,
    virtualSize,
    compression = 'none',
    extendedL2 = false,
    zeros = 'unallocated',
  }: Qcow2ImageOptions,
  clusterBytes: number,
): Map<number, EncodedCluster> {
  const raw = cutTouchedBlocks(extents, clusterBytes, virtualSize);
  const encoded = new Map<number, EncodedCluster>();
  for (const [number, bytes] of [...raw].sort(([a], [b]) => a - b)) {
    const cluster = encodeCluster(bytes, { compression, extendedL2, zeros });
    if (cluster !== undefined) encoded.set(number, cluster);
  }
  return encoded;
}

/** The L1 table and all L2 tables. */
function tableParts(
  places: Omit<Qcow2Image, 'bytes'> & {
    l1Bytes: number;
    entries: ReadonlyMap<number, EncodedCluster>;
    references: ReadonlyMap<number, number>;
  },
  { clusterBits = 16, extendedL2 = false }: Qcow2ImageOptions,
): Part[] {
  const { l1Offset, l1Bytes, l2Offsets, dataOffsets, entries, references } = places;
  const clusterBytes = 2 ** clusterBits;
  const entryBytes = extendedL2 ? 16 : 8;
  const tableEntries = clusterBytes / entryBytes;
  const copied = (position: number): bigint =>
    references.get(Math.floor(position / clusterBytes)) === 1 ? 1n << 63n : 0n;
  const parts: Part[] = [];
  const l1Table = new DataView(new ArrayBuffer(l1Bytes));
  for (const [table, position] of l2Offsets.entries()) {
    if (position === 0) continue;
    l1Table.setBigUint64(table * 8, BigInt(position) | copied(position));
    const l2Table = new DataView(new ArrayBuffer(clusterBytes));
    for (let i = 0; i < tableEntries; i += 1) {
      const number = table * tableEntries + i;
      const cluster = entries.get(number);
      if (cluster === undefined) continue;
      const offset = dataOffsets.get(number) ?? 0;
      l2Table.setBigUint64(i * entryBytes, cluster.entry(offset, clusterBits, copied(offset)));
      if (extendedL2) l2Table.setBigUint64(i * entryBytes + 8, cluster.bitmap);
    }
    parts.push({ position, bytes: new Uint8Array(l2Table.buffer) });
  }
  parts.push({ position: l1Offset, bytes: new Uint8Array(l1Table.buffer) });
  return parts;
}
