import { hasMagic, type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { refuseVhd, vhdChecksum } from './checksum.ts';

export const vhdMagic = 'conectix';
export const footerBytes = 512;
/** Very old files end without the last, reserved byte of the footer. */
const oldFooterBytes = 511;

const fixedType = 2;
const dynamicType = 3;
const differencingType = 4;
const sectorBytes = 512;

/** The values of a valid footer; sizes in bytes. */
export interface VhdFooter {
  variant: 'fixed' | 'dynamic';
  virtualSize: number;
  /** The place of a dynamic disk's header. */
  headerOffset: bigint;
  /** Text for display. */
  features: string[];
}

/** The footer in the last 512 bytes of a file, padded to 512 bytes, and its length in the file. */
export function findFooter(end: Uint8Array): { bytes: Uint8Array; length: number } | undefined {
  if (end.length >= footerBytes && hasMagic(end, vhdMagic, end.length - footerBytes)) {
    return { bytes: end.subarray(-footerBytes), length: footerBytes };
  }
  if (end.length < oldFooterBytes || !hasMagic(end, vhdMagic, end.length - oldFooterBytes)) {
    return undefined;
  }
  const bytes = new Uint8Array(footerBytes);
  bytes.set(end.subarray(-oldFooterBytes));
  return { bytes, length: oldFooterBytes };
}

/** Checks the 512 bytes of a footer; refuses differencing disks, sizes above the limit and damaged footers. */
export function parseVhdFooter(bytes: Uint8Array, limits: Limits): VhdFooter {
  const view = viewOf(bytes);
  if (view.getUint32(64) !== vhdChecksum(bytes, 64)) {
    throw refuseVhd('checksum', 'the checksum of the VHD footer is wrong');
  }
  const version = view.getUint32(12);
  if (version >>> 16 !== 1) {
    throw refuseVhd('unsupported-variant', 'this version of VHD is not known', { value: version });
  }
  const variant = parseType(view.getUint32(60));
  return {
    variant,
    virtualSize: parseSize(view.getBigUint64(48), limits),
    headerOffset: view.getBigUint64(16),
    features: view.getUint8(84) === 1 ? ['saved state'] : [],
  };
}

function parseType(type: number): 'fixed' | 'dynamic' {
  if (type === fixedType) return 'fixed';
  if (type === dynamicType) return 'dynamic';
  if (type === differencingType) throw needsParent();
  throw refuseVhd('unsupported-variant', `type ${type} of VHD is not known`, { value: type });
}

function parseSize(size: bigint, limits: Limits): number {
  if (size > BigInt(limits.virtualBytes)) {
    throw refuseVhd('limit', `the disk inside has ${size} bytes, more than is allowed`, {
      value: String(size),
      limit: limits.virtualBytes,
      hint: raiseLimit('virtualBytes', Number(size)),
    });
  }
  if (size % BigInt(sectorBytes) !== 0n) {
    throw refuseVhd('corrupt-header', 'the size of the disk is not a number of sectors', {
      value: String(size),
    });
  }
  return Number(size);
}

/** The error for a disk that holds only its differences from another one. */
export function needsParent(): Error {
  return refuseVhd('external-reference', 'the image needs a parent disk', {
    hint: 'Merge it with its parent first, into a disk without a parent.',
  });
}

/** The error for a file without a footer at its end. */
export function noFooter(sizeBytes: number): Error {
  return refuseVhd('truncated', 'the file does not end with a VHD footer', { offset: sizeBytes });
}
