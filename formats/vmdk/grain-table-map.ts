import { viewOf } from '../../src/kit.ts';
import type { DirectoryPlaces } from './directory-places.ts';
import type { Geometry } from './geometry.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

type Region = readonly [start: number, end: number];

/** The places of an image's metadata, in sectors: header, descriptor, directories and tables. */
export class GrainTableMap {
  /** Numbers of the grain tables that exist, in the order of the file. */
  readonly order: Uint32Array;
  /** By number: the sector of the table, 0 if there is none. */
  readonly #tables: Uint32Array;
  readonly #redundant: Uint32Array | undefined;
  readonly #fixed: readonly Region[];
  /** Start of every table, ascending. */
  readonly #starts: Uint32Array;
  readonly #tableSectors: number;

  constructor(
    fixed: readonly Region[],
    tables: Uint32Array,
    redundant: Uint32Array | undefined,
    tableSectors: number,
  ) {
    this.#fixed = fixed;
    this.#tables = tables;
    this.#redundant = redundant;
    this.#tableSectors = tableSectors;
    const present = Uint32Array.from(tables.keys()).filter((index) => this.sectorAt(index) !== 0);
    this.order = present.sort((a, b) => this.sectorAt(a) - this.sectorAt(b));
    const spare = redundant?.filter((sector) => sector !== 0) ?? new Uint32Array(0);
    this.#starts = new Uint32Array(present.length + spare.length);
    this.#starts.set(present.map((index) => this.sectorAt(index)));
    this.#starts.set(spare, present.length);
    this.#starts.sort();
  }

  /** The sector of a table; 0 if there is none. */
  sectorAt(index: number): number {
    return this.#tables[index] ?? 0;
  }

  /** The sector of its redundant copy; `undefined` in images without a redundant directory. */
  redundantAt(index: number): number | undefined {
    return this.#redundant?.[index];
  }

  /** True when any of these sectors is metadata. */
  touches(start: number, end: number): boolean {
    if (this.#fixed.some((region) => start < region[1] && end > region[0])) return true;
    const before = this.#starts[this.#lowerBound(end) - 1];
    return before !== undefined && before + this.#tableSectors > start;
  }

  /** The first sector that two parts of the metadata share; `undefined` if none overlap. */
  findOverlap(): number | undefined {
    const fixed = this.#fixed.toSorted((a, b) => a[0] - b[0]);
    for (const [i, [start, end]] of fixed.entries()) {
      if (i > 0 && start < (fixed[i - 1]?.[1] ?? 0)) return start;
      const before = this.#starts[this.#lowerBound(end) - 1];
      if (before !== undefined && before + this.#tableSectors > start) return before;
    }
    for (let i = 1; i < this.#starts.length; i += 1) {
      const start = this.#starts[i] ?? 0;
      if ((this.#starts[i - 1] ?? 0) + this.#tableSectors > start) return start;
    }
    return undefined;
  }

  /** Number of tables that start below this sector. */
  #lowerBound(sector: number): number {
    let from = 0;
    let to = this.#starts.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#starts[middle] ?? 0) < sector) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/**
 * Reads the grain directory, and the redundant one, given as bytes. Refuses parts of the metadata that overlap, are
 * past the end of the file (if `sizeBytes` is known), or exist in only one directory.
 */
export function parseGrainTableMap(
  geometry: Geometry,
  descriptorSectors: number,
  places: DirectoryPlaces,
  bytes: { directory: Uint8Array; redundant: Uint8Array | undefined },
  sizeBytes: number | undefined,
): GrainTableMap {
  const { directorySectors, tableSectors } = geometry;
  const fixed: Region[] = [[0, 1 + descriptorSectors]];
  for (const place of [places.directory, places.redundant]) {
    if (place !== undefined) fixed.push([place, place + directorySectors]);
  }
  const tables = readDirectory(bytes.directory, geometry, sizeBytes);
  const spare = bytes.redundant && readDirectory(bytes.redundant, geometry, sizeBytes);
  if (spare?.some((sector, i) => (sector === 0) !== (tables[i] === 0))) {
    throw refuseVmdk('corrupt-table', 'a table exists in one of the two grain directories only');
  }
  const map = new GrainTableMap(fixed, tables, spare, tableSectors);
  const overlap = map.findOverlap();
  if (overlap === undefined) return map;
  const details = { offset: overlap * sectorBytes };
  throw refuseVmdk('corrupt-table', 'two parts of the metadata overlap', details);
}

function readDirectory(
  bytes: Uint8Array,
  { tableCount, tableSectors }: Geometry,
  sizeBytes: number | undefined,
): Uint32Array {
  const view = viewOf(bytes);
  const maxSector = Math.floor((sizeBytes ?? Number.MAX_SAFE_INTEGER) / sectorBytes);
  const sectors = new Uint32Array(tableCount);
  for (let i = 0; i < tableCount; i += 1) {
    const sector = view.getUint32(i * 4, true);
    if (sector !== 0 && sector + tableSectors > maxSector) {
      throw refuseVmdk('truncated', 'a grain table lies past the end of the file', {
        offset: i * 4,
        value: sector,
      });
    }
    sectors[i] = sector;
  }
  return sectors;
}
