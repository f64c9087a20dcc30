import { type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { field, type SparseHeader } from './header.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** The sizes of a disk's grains and tables. */
export interface Geometry {
  /** Capacity of the disk. */
  sectors: number;
  virtualSize: number;
  grainSectors: number;
  grainBytes: number;
  /** Entries of a grain table. */
  tableEntries: number;
  tableSectors: number;
  /** Grain tables, that is entries of the grain directory. */
  tableCount: number;
  directorySectors: number;
  /** Bytes of the disk that one grain table describes. */
  tableCover: number;
}

/** Minimum size of a grain; VMware's specification says "greater than 8". */
const minGrainSectors = 16;
const maxTableEntries = 512;
const maxTables = 1024 * 1024;
const maxGrainBytes = 1024 * 1024 * 1024;
/** The share of a codec's memory for one grain: 2 MiB by default. */
const grainShare = 64;
/** The share of the memory for tables that one grain table may use. */
const tableShare = 16;

/** Checks capacity, grain size and table size against each other and against the limits; allocates nothing. */
export function parseGeometry(header: SparseHeader, limits: Limits): Geometry {
  const view = viewOf(header.bytes);
  const grainSectors = parseGrain(view.getBigUint64(field.grain, true), limits);
  const tableEntries = view.getUint32(field.entries, true);
  if (tableEntries < 1 || tableEntries > maxTableEntries) {
    throw refuseVmdk('corrupt-header', 'a grain table has an impossible number of entries', {
      offset: field.entries,
      value: tableEntries,
    });
  }
  const sectors = parseCapacity(view.getBigUint64(field.capacity, true), limits);
  const tableCount = Math.ceil(sectors / grainSectors / tableEntries);
  const limit = Math.min(maxTables, Math.floor(limits.tableBytes / tableShare));
  if (tableCount > limit) {
    throw refuseVmdk('limit', 'the disk needs more grain tables than are allowed', {
      value: tableCount,
      limit,
      hint: raiseLimit(
        'tableBytes',
        // The record of grains has the same limit.
        tableCount > maxTables ? tableCount * tableShare : undefined,
        maxTables * tableShare,
      ),
    });
  }
  const grainBytes = grainSectors * sectorBytes;
  return {
    ...{ sectors, virtualSize: sectors * sectorBytes, grainSectors, grainBytes },
    ...{ tableEntries, tableSectors: Math.ceil((tableEntries * 4) / sectorBytes) },
    ...{ tableCount, directorySectors: Math.ceil((tableCount * 4) / sectorBytes) },
    tableCover: grainBytes * tableEntries,
  };
}

function parseGrain(sectors: bigint, limits: Limits): number {
  const details = { offset: field.grain, value: String(sectors) };
  if (sectors < BigInt(minGrainSectors) || (sectors & (sectors - 1n)) !== 0n) {
    throw refuseVmdk(
      'corrupt-header',
      'the grain size is not a power of two above 8 sectors',
      details,
    );
  }
  const limit = Math.min(maxGrainBytes, Math.floor(limits.windowBytes / grainShare));
  if (sectors * BigInt(sectorBytes) > BigInt(limit)) {
    throw refuseVmdk('limit', 'grains are larger than is allowed', {
      ...details,
      limit,
      hint: raiseLimit(
        'windowBytes',
        Number(sectors) * sectorBytes * grainShare,
        maxGrainBytes * grainShare,
      ),
    });
  }
  return Number(sectors);
}

function parseCapacity(sectors: bigint, limits: Limits): number {
  const bytes = sectors * BigInt(sectorBytes);
  if (bytes > BigInt(limits.virtualBytes)) {
    throw refuseVmdk('limit', `the disk inside has ${bytes} bytes, more than is allowed`, {
      value: String(bytes),
      limit: limits.virtualBytes,
      hint: raiseLimit('virtualBytes', Number(bytes)),
    });
  }
  // Other programs then look for the disk in the files that the descriptor names.
  if (sectors === 0n) {
    throw refuseVmdk('corrupt-header', 'the header says that the disk has no bytes', {
      offset: field.capacity,
    });
  }
  return Number(sectors);
}
