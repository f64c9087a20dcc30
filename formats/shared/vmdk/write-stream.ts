import type { DiskToWrite, WriteContext } from '../../../src/kit.ts';
import { giveBack } from '../give-back.ts';
import { DiskId } from '../writing/disk-id.ts';
import { packedUnits } from '../writing/packed-units.ts';
import { refuseLargeDisk } from '../writing/refuse-large-disk.ts';
import { scanDisk } from '../writing/scan-disk.ts';
import { formatDescriptor } from './descriptor-text.ts';
import {
  formatGrain,
  formatPart,
  formatSparseHeader,
  formatStart,
  grainSectors,
  grainsPerTable,
  markerType,
  overheadSectors,
  streamSectorBytes,
} from './stream-parts.ts';

/** The result of writing a stream of grains. */
export interface WrittenStream {
  /** Bytes of the disk, in whole sectors. */
  capacity: number;
  sizeBytes: number;
  /** Bytes of the grains in the file, uncompressed. */
  populatedBytes: number;
  id: DiskId;
}

const grainBytes = grainSectors * streamSectorBytes;
/** Places are sectors in 32 bits: a disk of this size fits even if compression saves nothing. */
const maxBytes = 2000 * 1024 ** 3;

/** Throws for a disk whose file might become larger than VMDK allows. */
export function checkStream(
  format: string,
  { virtualSize }: Pick<DiskToWrite, 'virtualSize'>,
): void {
  refuseLargeDisk(format, virtualSize, maxBytes, 'Write vhdx; it holds up to 64 TiB.');
}

/**
 * Writes a disk as a streamOptimized VMDK: bytes in the order of the file, so that they can be hashed while they are
 * written. The disk is read twice, because the descriptor at the start has an id derived from its data.
 */
export async function writeStream(
  disk: DiskToWrite,
  context: WriteContext,
  emit: (bytes: Uint8Array) => Promise<void>,
): Promise<WrittenStream> {
  const sectors = Math.ceil(disk.virtualSize / streamSectorBytes);
  const id = new DiskId();
  const extents = await scanDisk(disk, grainBytes, context, id);
  const capacity = sectors * streamSectorBytes;
  const contentId = id.finish(`vmdk ${capacity}`);
  await emit(formatStart(sectors, formatDescriptor({ sectors, contentId })));
  const tables = new GrainTables(sectors);
  let populatedBytes = 0;
  const { virtualSize, fd, reached } = disk;
  const data = { virtualSize, fd, reached, extents, read: disk.read.bind(disk) };
  const options = { level: 6, memLevel: 9 };
  const how = { options, keepsLong: false, isPadded: true, wantsCrcs: false };
  const work = { ...how, call: 'deflateSync' as const };
  for await (const grains of packedUnits(data, { ...work, unitBytes: grainBytes }, context)) {
    populatedBytes += grains.length * grainBytes;
    const parts = grains.flatMap(({ index, bytes }) => tables.add(index, bytes));
    const bytes = Buffer.concat(parts);
    for (const part of parts) giveBack(part);
    await emit(bytes);
    giveBack(bytes);
  }
  await emit(Buffer.concat(tables.finish()));
  return { capacity, sizeBytes: tables.sector * streamSectorBytes, populatedBytes, id };
}

/** Records the places of grains, and puts each grain table after the last of its grains. */
class GrainTables {
  readonly #sectors: number;
  readonly #directory: Buffer;
  #table: { index: number; bytes: Buffer } | undefined;
  /** Place of the next part. */
  sector: number = overheadSectors;

  constructor(sectors: number) {
    this.#sectors = sectors;
    this.#directory = Buffer.alloc(Math.ceil(sectors / (grainSectors * grainsPerTable)) * 4);
  }

  add(grain: number, bytes: Uint8Array): Buffer[] {
    const index = Math.floor(grain / grainsPerTable);
    const parts: Buffer[] = this.#table?.index === index ? [] : this.#finishTable();
    this.#table ??= { index, bytes: Buffer.alloc(grainsPerTable * 4) };
    this.#table.bytes.writeUInt32LE(this.sector, (grain % grainsPerTable) * 4);
    parts.push(this.#place(formatGrain(grain, bytes)));
    return parts;
  }

  /** The last table, the directory, the footer and the end of the stream. */
  finish(): Buffer[] {
    const parts = this.#finishTable();
    // A marker comes first.
    const directory = this.sector + 1;
    parts.push(this.#place(formatPart(markerType.directory, this.#directory)));
    const footer = formatSparseHeader(this.#sectors, directory);
    parts.push(this.#place(formatPart(markerType.footer, footer)));
    parts.push(this.#place(formatPart(markerType.end, new Uint8Array())));
    return parts;
  }

  #finishTable(): Buffer[] {
    if (this.#table === undefined) return [];
    const { index, bytes } = this.#table;
    this.#table = undefined;
    this.#directory.writeUInt32LE(this.sector + 1, index * 4);
    return [this.#place(formatPart(markerType.table, bytes))];
  }

  #place(part: Buffer): Buffer {
    this.sector += part.length / streamSectorBytes;
    return part;
  }
}
