/** The header fields of a sparse file; offsets and sizes in sectors. */
export interface VmdkHeaderFields {
  version: number;
  isStream: boolean;
  hasRedundant: boolean;
  zeroedGrains: boolean;
  capacity: number;
  grainSectors: number;
  tableEntries: number;
  /** `undefined`: the directory is at the end of the file, and the footer has its offset. */
  directory: number | undefined;
  redundant: number | undefined;
  overhead: number;
}

/** Sectors reserved for the descriptor, from sector 1 on. */
export const descriptorSectors = 20;

const atEnd = 0xffff_ffff_ffff_ffffn;

/** The first sector of a sparse file, or its footer. */
export function vmdkHeaderBytes(fields: VmdkHeaderFields): Uint8Array {
  const { isStream, hasRedundant, zeroedGrains, directory, redundant } = fields;
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  const compressedWithMarkers = 0x3_0000;
  const flags =
    1 | (hasRedundant ? 2 : 0) | (zeroedGrains ? 4 : 0) | (isStream ? compressedWithMarkers : 0);
  bytes.set(Buffer.from('KDMV'));
  view.setUint32(4, fields.version, true);
  view.setUint32(8, flags, true);
  view.setBigUint64(12, BigInt(fields.capacity), true);
  view.setBigUint64(20, BigInt(fields.grainSectors), true);
  view.setBigUint64(28, 1n, true);
  view.setBigUint64(36, BigInt(descriptorSectors), true);
  view.setUint32(44, fields.tableEntries, true);
  const redundantAt = hasRedundant ? (redundant === undefined ? atEnd : BigInt(redundant)) : 0n;
  view.setBigUint64(48, redundantAt, true);
  view.setBigUint64(56, directory === undefined ? atEnd : BigInt(directory), true);
  view.setBigUint64(64, BigInt(fields.overhead), true);
  bytes.set(Buffer.from('\n \r\n'), 73);
  view.setUint16(77, isStream ? 1 : 0, true);
  return bytes;
}

/** The descriptor of a disk in a single file; `capacity` in sectors. */
export function vmdkDescriptorBytes(isStream: boolean, capacity: number): Uint8Array {
  const lines = [
    ...['# Disk DescriptorFile', 'version=1', 'CID=fffffffe', 'parentCID=ffffffff'],
    ...[`createType="${isStream ? 'streamOptimized' : 'monolithicSparse'}"`, ''],
    ...['# Extent description', `RW ${capacity} SPARSE "disk.vmdk"`, ''],
    ...['# The Disk Data Base', '#DDB', '', 'ddb.virtualHWVersion = "4"'],
    ...['ddb.geometry.heads = "16"', 'ddb.geometry.sectors = "63"', 'ddb.adapterType = "ide"', ''],
  ];
  const bytes = new Uint8Array(descriptorSectors * 512);
  bytes.set(Buffer.from(lines.join('\n')));
  return bytes;
}

/** A marker: `value` and `type`, or, with data, a position on the disk and the length of the data. */
export function vmdkMarkerBytes(value: number, about: { type: number } | Uint8Array): Uint8Array {
  const isGrain = about instanceof Uint8Array;
  const length = isGrain ? Math.ceil((12 + about.length) / 512) * 512 : 512;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(value), true);
  if (isGrain) {
    view.setUint32(8, about.length, true);
    bytes.set(about, 12);
  } else {
    view.setUint32(12, about.type, true);
  }
  return bytes;
}
