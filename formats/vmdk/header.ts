import { viewOf } from '../../src/kit.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** Version, flags and compression in a header or footer. */
interface SparseFlags {
  /** streamOptimized: grains are compressed and carry markers. */
  isStream: boolean;
  hasRedundant: boolean;
  zeroedGrains: boolean;
}

/** The first sector of a sparse file, checked as far as possible without the descriptor. */
export interface SparseHeader extends SparseFlags {
  /** The sector itself; it is compared with a footer. */
  bytes: Uint8Array;
  unclean: boolean;
  /** Sectors of the descriptor, which begins at sector 1. */
  descriptorSectors: number;
}

/** Offsets of the fields that several files use. */
export const field = {
  version: 4,
  capacity: 12,
  grain: 20,
  descriptor: 28,
  entries: 44,
  redundant: 48,
  directory: 56,
  overhead: 64,
  unclean: 72,
  newlines: 73,
  compression: 77,
} as const;
const flag = {
  newline: 1,
  redundant: 1 << 1,
  zeroed: 1 << 2,
  compressed: 1 << 16,
  markers: 1 << 17,
};
/** A reader must know the meaning of these flags; it may ignore those in the lower half. */
const incompatible = 0xffff_0000;
const newlines = [0x0a, 0x20, 0x0d, 0x0a];
const maxDescriptorSectors = 2048;

/** Checks version, flags and the place of the descriptor. */
export function parseVmdkHeader(bytes: Uint8Array): SparseHeader {
  return {
    ...parseSparseFlags(bytes),
    bytes,
    unclean: bytes[field.unclean] !== 0,
    descriptorSectors: parseDescriptorPlace(viewOf(bytes)),
  };
}

/** Checks version, flags, line ends and compression of a header or footer. */
export function parseSparseFlags(bytes: Uint8Array): SparseFlags {
  const view = viewOf(bytes);
  const version = view.getUint32(field.version, true);
  if (version < 1 || version > 3) {
    throw refuseVmdk('unsupported-variant', `version ${version} of VMDK is not supported`, {
      value: version,
      hint: 'Export the disk again as streamOptimized.',
    });
  }
  const flags = view.getUint32(8, true);
  const has = (bit: number): boolean => (flags & bit) !== 0;
  if (has(flag.newline) && newlines.some((byte, i) => bytes[field.newlines + i] !== byte)) {
    throw refuseVmdk('corrupt-header', 'line ends were changed, as by a transfer in text mode', {
      offset: field.newlines,
      hint: 'Transfer the file again in binary mode.',
    });
  }
  const unknown = (flags & incompatible & ~flag.compressed & ~flag.markers) >>> 0;
  if (unknown !== 0)
    throw unsupported(`needs the unknown flags 0x${unknown.toString(16)}`, unknown);
  if (has(flag.compressed) !== has(flag.markers)) {
    throw unsupported('has compression without markers, or markers without compression', flags);
  }
  checkCompression(view.getUint16(field.compression, true), has(flag.compressed));
  return {
    isStream: has(flag.markers),
    hasRedundant: has(flag.redundant),
    zeroedGrains: has(flag.zeroed),
  };
}

function checkCompression(algorithm: number, flagged: boolean): void {
  if (algorithm > 1) throw unsupported(`needs the unknown compression ${algorithm}`, algorithm);
  if (flagged !== (algorithm === 1)) {
    throw corrupt('compression and its flag disagree', field.compression, algorithm);
  }
}

function parseDescriptorPlace(view: DataView): number {
  const offset = view.getBigUint64(field.descriptor, true);
  const size = view.getBigUint64(36, true);
  if (offset === 0n) {
    throw refuseVmdk(
      'unsupported-variant',
      'the file is only a part of a disk: it has no descriptor',
      {
        hint: 'Get the disk as one file, such as streamOptimized.',
      },
    );
  }
  if (offset !== 1n || size === 0n) {
    throw corrupt('the descriptor does not follow the header', field.descriptor, offset);
  }
  if (size > BigInt(maxDescriptorSectors)) {
    throw refuseVmdk('limit', 'the descriptor is larger than is allowed', {
      value: String(size * BigInt(sectorBytes)),
      limit: maxDescriptorSectors * sectorBytes,
    });
  }
  return Number(size);
}

function unsupported(what: string, value: number): Error {
  return refuseVmdk('unsupported-feature', `the image ${what}`, { value });
}

function corrupt(message: string, offset: number, value: number | bigint): Error {
  return refuseVmdk('corrupt-header', message, { offset, value: String(value) });
}
