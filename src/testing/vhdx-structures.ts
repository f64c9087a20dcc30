import { crc32c } from '../../formats/shared/crc32c.ts';

const KiB = 1024;

/** GUIDs as text, in the usual form. */
export const vhdxGuids = {
  bat: '2DC27766-F623-4200-9D64-115E9BFD4A08',
  metadata: '8B7CA206-4790-4B9A-B8FE-575F050F886E',
  fileParameters: 'CAA16737-FA36-4D43-B3B6-33F0AA44E76B',
  virtualSize: '2FA54224-CD1B-4876-B211-5DBED83BF4B8',
  diskId: 'BECA12AB-B2E6-4523-93EF-C309E000C746',
  logicalSector: '8141BF1D-A96F-4709-BA47-F233A8FAAB5F',
  physicalSector: 'CDA348C7-445D-4471-9CC9-E9885251C556',
  parentLocator: 'A8D35F2D-B30B-454D-ABF7-D3D84834AB0C',
} as const;

/** Writes a GUID: its first three fields little-endian, the rest in text order. */
export function putGuid(view: DataView, at: number, guid: string): void {
  const hex = guid.replaceAll('-', '');
  const byte = (index: number): number => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  for (const [i, from] of order.entries()) view.setUint8(at + i, byte(from));
}

export function putText(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(Buffer.from(text, 'latin1'), at);
}

/** Writes the checksum of a structure that begins with a signature of four bytes. */
export function sealVhdx(structure: Uint8Array): void {
  const view = new DataView(structure.buffer, structure.byteOffset);
  view.setUint32(4, 0);
  view.setUint32(4, crc32c(structure), true);
}

/** A header of 4 KiB. */
export function vhdxHeader(about: {
  sequence: bigint;
  logOffset: number;
  logBytes: number;
  logGuid?: string;
}): Uint8Array {
  const bytes = new Uint8Array(4 * KiB);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, 'head');
  view.setBigUint64(8, about.sequence, true);
  putGuid(view, 16, '5D3C1B2A-0001-4000-8000-000000000001');
  putGuid(view, 32, '5D3C1B2A-0002-4000-8000-000000000002');
  if (about.logGuid !== undefined) putGuid(view, 48, about.logGuid);
  view.setUint16(66, 1, true);
  view.setUint32(68, about.logBytes, true);
  view.setBigUint64(72, BigInt(about.logOffset), true);
  sealVhdx(bytes);
  return bytes;
}

/** A region table of 64 KiB. */
export function vhdxRegionTable(
  regions: readonly { guid: string; offset: number; length: number; required?: number }[],
): Uint8Array {
  const bytes = new Uint8Array(64 * KiB);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, 'regi');
  view.setUint32(8, regions.length, true);
  for (const [i, { guid, offset, length, required = 1 }] of regions.entries()) {
    const at = 16 + i * 32;
    putGuid(view, at, guid);
    view.setBigUint64(at + 16, BigInt(offset), true);
    view.setUint32(at + 24, length, true);
    view.setUint32(at + 28, required, true);
  }
  sealVhdx(bytes);
  return bytes;
}

/** The used part of a metadata region: the table of 64 KiB, and the items after it. */
export function vhdxMetadata(about: {
  virtualSize: number;
  blockBytes: number;
  sectorBytes: number;
  fixed: boolean;
}): Uint8Array {
  const u32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
  const low = about.virtualSize % 2 ** 32;
  const items: [keyof typeof vhdxGuids, flags: number, content: Uint8Array][] = [
    ['fileParameters', 4, u32(about.blockBytes, about.fixed ? 1 : 0)],
    ['virtualSize', 6, u32(low, (about.virtualSize - low) / 2 ** 32)],
    ['diskId', 6, u32(1, 2, 3, 4)],
    ['logicalSector', 6, u32(about.sectorBytes)],
    ['physicalSector', 6, u32(4096)],
  ];
  const bytes = new Uint8Array(68 * KiB);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, 'metadata');
  view.setUint16(10, items.length, true);
  let offset = 64 * KiB;
  for (const [i, [name, flags, content]] of items.entries()) {
    const at = 32 + i * 32;
    putGuid(view, at, vhdxGuids[name]);
    view.setUint32(at + 16, offset, true);
    view.setUint32(at + 20, content.length, true);
    view.setUint32(at + 24, flags, true);
    bytes.set(content, offset);
    offset += content.length;
  }
  return bytes;
}
