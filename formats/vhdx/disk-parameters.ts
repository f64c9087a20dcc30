import { type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { type FileRange, refuseVhdx } from './file-range.ts';
import { type MetadataItem, metadataTableBytes, parseMetadataTable } from './metadata-table.ts';
import type { ReplayedSource } from './replayed-source.ts';

/** The values of the disk in the metadata; sizes are bytes. */
export interface DiskParameters {
  virtualSize: number;
  blockBytes: number;
  sectorBytes: 512 | 4096;
  /** The writer intended to keep every block in the file. */
  isFixed: boolean;
}

const MiB = 1024 * 1024;
const maxVirtualSize = 64n * 1024n * 1024n * BigInt(MiB);
const fixedFlag = 1;
const parentFlag = 2;

/** Reads the known metadata items (MS-VHDX 2.6.2) and checks their values. Refuses a disk with a parent. */
export async function readDiskParameters(
  file: ReplayedSource,
  region: FileRange,
  limits: Limits,
): Promise<DiskParameters> {
  const table = await file.readTable(region.start, metadataTableBytes, 'the metadata table');
  const items = parseMetadataTable(table, region);
  if (items.has('parentLocator')) throw hasParent();
  const parameters = await readItem('fileParameters', 8);
  const flags = parameters.getUint32(4, true);
  if ((flags & parentFlag) !== 0) throw hasParent();
  const blockBytes = parameters.getUint32(0, true);
  if (blockBytes < MiB || blockBytes > 256 * MiB || !Number.isInteger(Math.log2(blockBytes))) {
    const details = { value: blockBytes };
    throw refuseVhdx(
      'corrupt-header',
      'the block size is not a power of two from 1 to 256 MiB',
      details,
    );
  }
  const sectorBytes = parseSector((await readItem('logicalSector', 4)).getUint32(0, true));
  parseSector((await readItem('physicalSector', 4)).getUint32(0, true));
  await readItem('diskId', 16);
  const size = (await readItem('virtualSize', 8)).getBigUint64(0, true);
  const virtualSize = checkSize(size, sectorBytes, limits);
  return { virtualSize, blockBytes, sectorBytes, isFixed: (flags & fixedFlag) !== 0 };

  async function readItem(name: MetadataItem, length: number): Promise<DataView> {
    const range = items.get(name);
    if (range === undefined || range.end - range.start !== length) {
      const details = { offset: region.start, value: name };
      throw refuseVhdx(
        'corrupt-header',
        `the metadata lacks a ${name} of ${length} bytes`,
        details,
      );
    }
    return viewOf(await file.readTable(range.start, length, 'the metadata'));
  }
}

function parseSector(bytes: number): 512 | 4096 {
  if (bytes === 512 || bytes === 4096) return bytes;
  throw refuseVhdx('corrupt-header', 'a sector size is neither 512 nor 4096 bytes', {
    value: bytes,
  });
}

function checkSize(size: bigint, sectorBytes: number, limits: Limits): number {
  const value = String(size);
  if (size > BigInt(limits.virtualBytes)) {
    throw refuseVhdx('limit', `the disk inside has ${size} bytes, more than is allowed`, {
      value,
      limit: limits.virtualBytes,
      hint: raiseLimit('virtualBytes', Number(size)),
    });
  }
  if (size > maxVirtualSize || size % BigInt(sectorBytes) !== 0n) {
    throw refuseVhdx('corrupt-header', 'the disk is not a whole number of sectors up to 64 TiB', {
      value,
    });
  }
  return Number(size);
}

function hasParent(): Error {
  return refuseVhdx('external-reference', 'the image is a differencing disk and needs its parent', {
    hint: 'Merge it into its parent first.',
  });
}
