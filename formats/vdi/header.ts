import { hasMagic, isZeros, type Limits, raiseLimit, viewOf } from '../../src/kit.ts';
import { type ImageRefusal, refusalFor } from '../shared/image-refusal.ts';
import { vdiMagic, vdiMagicAt } from './magic.ts';

export const headerSectorBytes = 512;

const version11 = 0x0001_0001;
const headerAt = 0x48;
/** The length up to the end of the parent's UUID. */
const minHeaderBytes = 0x180;
const entryBytes = 4;

const variants: Readonly<Record<number, 'dynamic' | 'static'>> = { 1: 'dynamic', 2: 'static' };
/** Undo and differencing images: both hold only the differences from another image. */
const typesWithParent = [3, 4];

/** The header of a readable image; offsets and sizes are bytes. */
export interface VdiHeader {
  variant: 'dynamic' | 'static';
  /** In whole sectors: qemu rounds an odd size up. */
  virtualSize: number;
  blockBytes: number;
  mapOffset: number;
  /** All entries of the map, with those beyond the disk. */
  blocks: number;
  /** Entries of the map that describe the disk. */
  usedBlocks: number;
  dataOffset: number;
}

/**
 * Checks the first sector, of which `bytes` may hold less if the file is short; no memory is allocated from its values.
 */
export function parseVdiHeader(bytes: Uint8Array, limits: Limits): VdiHeader {
  if (bytes.length === 0) throw refuseVdi('empty', 'the file is empty');
  if (bytes.length >= vdiMagicAt + 4 && !hasMagic(bytes, vdiMagic, vdiMagicAt)) {
    throw refuseVdi('format-mismatch', 'the file is not a VDI image', { declared: 'vdi' });
  }
  if (bytes.length < headerSectorBytes) {
    throw refuseVdi('truncated', 'the file ends inside the VDI header', { offset: bytes.length });
  }
  const view = viewOf(bytes);
  const version = view.getUint32(0x44, true);
  if (version !== version11) {
    const details = { value: version, offset: 0x44 };
    throw refuseVdi('unsupported-variant', 'this version of VDI is not supported', details);
  }
  const variant = parseType(view.getUint32(0x4c, true));
  // The UUIDs of the linked image and the parent.
  if (!isZeros(bytes, 0x1a8, 0x1c8)) throw needsParent();
  const sectorBytes = view.getUint32(0x168, true);
  const extraBytes = view.getUint32(0x17c, true);
  if (sectorBytes !== 512) throw unsupported('sectors of another size than 512 bytes', 0x168);
  // Readers disagree about the place of such bytes.
  if (extraBytes !== 0) throw unsupported('blocks with extra bytes', 0x17c);
  const virtualSize = parseSize(view.getBigUint64(0x170, true), limits);
  const blockBytes = view.getUint32(0x178, true);
  if (blockBytes < 512 || (blockBytes & (blockBytes - 1)) !== 0) {
    const details = { value: blockBytes, offset: 0x178 };
    throw refuseVdi('corrupt-header', 'the block size is not a power of two above 256', details);
  }
  const blocks = view.getUint32(0x180, true);
  const usedBlocks = Math.ceil(virtualSize / blockBytes);
  checkBlocks(blocks, usedBlocks, limits);
  const places = parsePlaces(view, blocks);
  return { variant, virtualSize, blockBytes, blocks, usedBlocks, ...places };
}

function parseType(type: number): 'dynamic' | 'static' {
  const variant = variants[type];
  if (variant !== undefined) return variant;
  if (typesWithParent.includes(type)) throw needsParent();
  throw refuseVdi('unsupported-variant', `type ${type} of VDI is not known`, {
    value: type,
    offset: 0x4c,
  });
}

function parseSize(size: bigint, limits: Limits): number {
  const rounded = ((size + 511n) / 512n) * 512n;
  if (rounded <= BigInt(limits.virtualBytes)) return Number(rounded);
  throw refuseVdi('limit', `the disk inside has ${size} bytes, more than is allowed`, {
    value: String(size),
    limit: limits.virtualBytes,
    hint: raiseLimit('virtualBytes', Number(rounded)),
  });
}

function checkBlocks(blocks: number, usedBlocks: number, limits: Limits): void {
  const details = { value: blocks, offset: 0x180 };
  if (blocks > limits.mapEntries) {
    throw refuseVdi('limit', 'the block map has more entries than is allowed', {
      ...details,
      limit: limits.mapEntries,
      hint: raiseLimit('mapEntries', blocks),
    });
  }
  if (blocks < usedBlocks) {
    throw refuseVdi('corrupt-header', 'the block map is too small for the disk', details);
  }
}

/** The map is after the header, and the data after the map. */
function parsePlaces(view: DataView, blocks: number): { mapOffset: number; dataOffset: number } {
  const headerBytes = view.getUint32(0x48, true);
  const mapOffset = view.getUint32(0x154, true);
  const dataOffset = view.getUint32(0x158, true);
  if (headerBytes < minHeaderBytes || headerAt + headerBytes > mapOffset) {
    const details = { value: headerBytes, offset: 0x48 };
    throw refuseVdi('corrupt-header', 'the header has an impossible length', details);
  }
  if (mapOffset % 512 !== 0 || dataOffset % 512 !== 0) {
    const details = { value: mapOffset, offset: 0x154 };
    throw refuseVdi('corrupt-header', 'map and data do not start at sectors', details);
  }
  if (dataOffset < mapOffset + blocks * entryBytes) {
    const details = { value: dataOffset, offset: 0x158 };
    throw refuseVdi('corrupt-header', 'the data overlaps the block map', details);
  }
  return { mapOffset, dataOffset };
}

function needsParent(): Error {
  return refuseVdi('external-reference', 'the image needs a parent image', {
    hint: 'Merge it with its parent first, into a disk without a parent.',
  });
}

function unsupported(what: string, offset: number): Error {
  return refuseVdi('unsupported-feature', `${what} are not supported`, { offset });
}

/** The error for an invalid VDI. */
export const refuseVdi: ImageRefusal = refusalFor('vdi');
