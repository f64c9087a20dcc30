/**
 * The parts of a streamOptimized file other than its grains (Virtual Disk Format 5.0, "Stream-Optimized Compressed
 * Sparse Extents").
 */
export const streamSectorBytes = 512;
export const grainSectors = 128;
export const grainsPerTable = 512;
/** Header, descriptor and the padding up to the first grain. */
export const overheadSectors = 128;
const descriptorSectors = 20;
/** Place of a grain directory that is given in the footer. */
const atEnd = 0xffff_ffff_ffff_ffffn;

export const markerType = { end: 0, table: 1, directory: 2, footer: 3 } as const;

/** Header and footer differ only in the place of the grain directory. */
export function formatSparseHeader(sectors: number, directory?: number): Buffer {
  const header = Buffer.alloc(streamSectorBytes);
  header.write('KDMV', 0, 'latin1');
  // ESXi accepts compressed grains from version 3 on.
  header.writeUInt32LE(3, 4);
  // Flags: line ends can be checked; grains are compressed and have markers.
  header.writeUInt32LE(0x30001, 8);
  header.writeBigUInt64LE(BigInt(sectors), 12);
  header.writeBigUInt64LE(BigInt(grainSectors), 20);
  header.writeBigUInt64LE(1n, 28);
  header.writeBigUInt64LE(BigInt(descriptorSectors), 36);
  header.writeUInt32LE(grainsPerTable, 44);
  header.writeBigUInt64LE(directory === undefined ? atEnd : BigInt(directory), 56);
  header.writeBigUInt64LE(BigInt(overheadSectors), 64);
  header.write('\n \r\n', 73, 'latin1');
  // Deflate.
  header.writeUInt16LE(1, 77);
  return header;
}

/** The bytes before the first grain. */
export function formatStart(sectors: number, descriptor: string): Buffer {
  const start = Buffer.alloc(overheadSectors * streamSectorBytes);
  start.set(formatSparseHeader(sectors));
  start.write(descriptor, streamSectorBytes, 'latin1');
  return start;
}

/** A part with its marker, in whole sectors. */
export function formatPart(type: number, bytes: Uint8Array): Buffer {
  const sectors = Math.ceil(bytes.length / streamSectorBytes);
  const part = Buffer.alloc((1 + sectors) * streamSectorBytes);
  part.writeBigUInt64LE(BigInt(sectors), 0);
  part.writeUInt32LE(type, 12);
  part.set(bytes, streamSectorBytes);
  return part;
}

/** A compressed grain with its marker, in whole sectors. */
export function formatGrain(grain: number, bytes: Uint8Array): Buffer {
  const part = Buffer.alloc(Math.ceil((12 + bytes.length) / streamSectorBytes) * streamSectorBytes);
  part.writeBigUInt64LE(BigInt(grain * grainSectors), 0);
  part.writeUInt32LE(bytes.length, 8);
  part.set(bytes, 12);
  return part;
}
