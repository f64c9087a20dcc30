import { deflateSync } from 'node:zlib';
import { defined } from '../kit/defined.ts';
import { cutBlocks, type DiskExtent } from './cut-blocks.ts';
import {
  descriptorSectors,
  type VmdkHeaderFields,
  vmdkDescriptorBytes,
  vmdkHeaderBytes,
  vmdkMarkerBytes,
} from './vmdk-metadata.ts';

/** Content and layout of a VMDK image. */
export interface VmdkImageOptions {
  /** Size of the disk in bytes, a multiple of 512. */
  virtualSize: number;
  extents: readonly DiskExtent[];
  /** Default `monolithicSparse`. */
  variant?: 'monolithicSparse' | 'streamOptimized' | undefined;
  /**
   * `first` (default), as qemu writes: directory and all tables before the data. `spread`, as VMware writes: each
   * table next to the data of its range, before it or, in a stream, after it. `last`: all tables after all data. A
   * stream has its directory and a footer at the end unless the tables come first.
   */
  tables?: 'first' | 'spread' | 'last' | undefined;
  /** A second directory with its own tables; default: only if the tables come first. */
  redundant?: boolean | undefined;
  /** Default 128. */
  grainSectors?: number | undefined;
  /** Number of entries in a grain table, default 512. */
  tableEntries?: number | undefined;
  /** Receives the numbers of the grains with data, ascending; returns them in the order of the file. */
  order?: ((grains: number[]) => number[]) | undefined;
  /** Grains of an extent that are all zeros: left out (default) or flagged in the table. */
  zeros?: 'unallocated' | 'flagged' | undefined;
  /** End of a stream whose tables come first: zeros after the last grain (default), the end marker, or nothing. */
  end?: 'padding' | 'marker' | 'none' | undefined;
}

/** A complete VMDK image and the offsets of its parts in bytes. */
export interface VmdkImage {
  bytes: Uint8Array;
  directoryOffset: number;
  /** By number of the table; 0 if there is none. */
  tableOffsets: number[];
  /** Offset of the redundant copy, by number of the table. */
  copyOffsets: number[];
  /** By number of the grain on the disk; in a stream, the offset of its marker. */
  grainOffsets: Map<number, number>;
  /** Offset of the footer, not of its marker. */
  footerOffset?: number;
}

const sectorBytes = 512;

/** A directory and its grain tables, in sectors; the redundant ones are a second copy. */
interface Directory {
  sector: number | undefined;
  tables: number[];
}

/** The positions of all parts of an image, in sectors. */
interface VmdkLayout {
  header: VmdkHeaderFields;
  /** Grains, markers and the footer. */
  parts: { sector: number; bytes: Uint8Array }[];
  directory: Directory;
  copy: Directory;
  /** Position by number of the grain, or 1 for a grain that is flagged as zeros. */
  entries: Map<number, number>;
  grainAt: Map<number, number>;
  footerAt: number | undefined;
  /** Length of the file. */
  sectors: number;
}

/** Builds a valid VMDK image in memory. Throws a `RangeError` for an extent beyond the disk. */
export function buildVmdkImage(options: VmdkImageOptions): VmdkImage {
  const layout = layOutVmdk(options);
  const { directory, copy, grainAt, footerAt } = layout;
  const toBytes = (sector: number): number => sector * sectorBytes;
  return {
    bytes: writeLayout(layout),
    directoryOffset: toBytes(directory.sector ?? 0),
    tableOffsets: directory.tables.map(toBytes),
    copyOffsets: copy.tables.map(toBytes),
    grainOffsets: new Map([...grainAt].map(([grain, sector]) => [grain, toBytes(sector)])),
    ...defined({ footerOffset: footerAt === undefined ? undefined : toBytes(footerAt) }),
  };
}

function layOutVmdk(options: VmdkImageOptions): VmdkLayout {
  const { virtualSize, variant = 'monolithicSparse', tables = 'first' } = options;
  const {
    grainSectors = 128,
    tableEntries = 512,
    zeros = 'unallocated',
    end = 'padding',
  } = options;
  const { redundant = tables === 'first' } = options;
  const isStream = variant === 'streamOptimized';
  const capacity = virtualSize / sectorBytes;
  const tableCount = Math.ceil(capacity / grainSectors / tableEntries);
  const tableSectors = Math.ceil((tableEntries * 4) / sectorBytes);
  const directorySectors = Math.ceil((tableCount * 4) / sectorBytes);
  const directoryAtEnd = isStream && tables !== 'first';
  const parts: { sector: number; bytes: Uint8Array }[] = [];
  const tableAt = new Array<number>(tableCount).fill(0);
  const copyAt = new Array<number>(tableCount).fill(0);
  const grainAt = new Map<number, number>();
  let next = 1 + descriptorSectors;

  const reserve = (sectors: number): number => {
    next += sectors;
    return next - sectors;
  };
  const append = (bytes: Uint8Array): number => {
    parts.push({ sector: next, bytes });
    return reserve(Math.ceil(bytes.length / sectorBytes));
  };
  const mark = (type: number, sectors: number): void => {
    if (directoryAtEnd) append(vmdkMarkerBytes(sectors, { type }));
  };
  const placeTable = (list: number[], index: number): void => {
    mark(1, tableSectors);
    list[index] = reserve(tableSectors);
  };
  const placeDirectory = (list: number[]): number => {
    mark(2, directorySectors);
    const directory = reserve(directorySectors);
    if (tables === 'first') for (let i = 0; i < tableCount; i += 1) placeTable(list, i);
    return directory;
  };
  const placeTables = (index: number): void => {
    if (tableAt[index] !== 0) return;
    if (redundant) placeTable(copyAt, index);
    placeTable(tableAt, index);
  };

  const grainBytes = grainSectors * sectorBytes;
  const grains = cutBlocks(options.extents, grainBytes, virtualSize);
  const present = [...grains.keys()].sort((a, b) => a - b);
  const flagged = zeros === 'flagged' ? zeroGrains(options.extents, grainBytes, grains) : [];
  const tableOf = (grain: number): number => Math.floor(grain / tableEntries);
  const waiting = new Map<number, number>();
  for (const grain of present) waiting.set(tableOf(grain), (waiting.get(tableOf(grain)) ?? 0) + 1);

  let redundantAt = redundant && !directoryAtEnd ? placeDirectory(copyAt) : undefined;
  let directoryAt = directoryAtEnd ? undefined : placeDirectory(tableAt);
  // Grains of a file with spread tables need not be aligned.
  if (isStream || tables === 'first') next = Math.ceil(next / grainSectors) * grainSectors;
  const about = { isStream, hasRedundant: redundant, zeroedGrains: flagged.length > 0 };
  const header: VmdkHeaderFields = {
    ...{ version: isStream ? 3 : flagged.length > 0 ? 2 : 1, ...about, capacity, grainSectors },
    ...{ tableEntries, directory: directoryAt, redundant: redundantAt, overhead: next },
  };
  for (const grain of options.order?.(present) ?? present) {
    const raw = grains.get(grain) ?? new Uint8Array(0);
    const table = tableOf(grain);
    if (!isStream && tables === 'spread') placeTables(table);
    const isLast = (grain + 1) * grainSectors > capacity;
    const shown = isLast ? raw.subarray(0, virtualSize - grain * raw.length) : raw;
    const lba = grain * grainSectors;
    grainAt.set(grain, append(isStream ? vmdkMarkerBytes(lba, deflateSync(shown)) : raw));
    waiting.set(table, (waiting.get(table) ?? 0) - 1);
    if (isStream && tables === 'spread' && waiting.get(table) === 0) placeTables(table);
  }
  for (const grain of [...present, ...flagged]) placeTables(tableOf(grain));
  let footerAt: number | undefined;
  if (directoryAtEnd) {
    if (redundant) redundantAt = placeDirectory(copyAt);
    directoryAt = placeDirectory(tableAt);
    mark(3, 1);
    footerAt = append(
      vmdkHeaderBytes({ ...header, directory: directoryAt, redundant: redundantAt }),
    );
    mark(0, 0);
  } else if (isStream && end !== 'none') {
    reserve(end === 'marker' ? 1 : grainSectors - 1);
  }

  return {
    header,
    parts,
    directory: { sector: directoryAt, tables: tableAt },
    copy: { sector: redundantAt, tables: copyAt },
    entries: new Map([...grainAt, ...flagged.map((grain) => [grain, 1] as const)]),
    ...{ grainAt, footerAt, sectors: next },
  };
}

function writeLayout({ header, parts, directory, copy, entries, sectors }: VmdkLayout): Uint8Array {
  const { isStream, capacity, tableEntries } = header;
  const bytes = new Uint8Array(sectors * sectorBytes);
  const view = new DataView(bytes.buffer);
  for (const part of parts) bytes.set(part.bytes, part.sector * sectorBytes);
  bytes.set(vmdkHeaderBytes(header));
  bytes.set(vmdkDescriptorBytes(isStream, capacity), sectorBytes);
  for (const { sector, tables } of [directory, copy]) {
    if (sector === undefined) continue;
    for (const [i, table] of tables.entries()) {
      view.setUint32(sector * sectorBytes + i * 4, table, true);
    }
    for (const [grain, value] of entries) {
      const table = (tables[Math.floor(grain / tableEntries)] ?? 0) * sectorBytes;
      view.setUint32(table + (grain % tableEntries) * 4, value, true);
    }
  }
  return bytes;
}

/** Grains that an extent touches and that hold only zeros. */
function zeroGrains(
  extents: readonly DiskExtent[],
  grainBytes: number,
  grains: ReadonlyMap<number, Uint8Array>,
): number[] {
  const touched = new Set<number>();
  for (const { position, bytes } of extents) {
    const last = Math.ceil((position + bytes.length) / grainBytes);
    for (let i = Math.floor(position / grainBytes); i < last; i += 1) touched.add(i);
  }
  return [...touched].filter((grain) => !grains.has(grain));
}
