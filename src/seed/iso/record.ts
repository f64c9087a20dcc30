import { jolietName } from './names.ts';
import type { PlacedNode } from './node.ts';
import { writeBothEndian16, writeBothEndian32 } from './numbers.ts';

/** The form of names in a folder's records: plain names with Rock Ridge names after them, or Joliet names. */
export type NameSpace = 'rock-ridge' | 'joliet';
export const rockRidge = 'rock-ridge';
export const joliet = 'joliet';

/** The first two records of a folder are for itself and for its parent. */
export type DotRecord = 'self' | 'parent';

/** A directory record (ECMA-119, 9.1), with the system use fields of Rock Ridge 1.12 if needed. */
export function writeDirectoryRecord(
  node: PlacedNode,
  sizeBytes: number,
  space: NameSpace,
  dot?: DotRecord,
): Buffer {
  const name = nameBytes(node, space, dot);
  const fields = systemFields(node, space, dot);
  const head = Buffer.alloc(paddedName(name));
  const length = head.length + fields.length;
  head[0] = length;
  writeBothEndian32(head, 2, space === joliet ? node.jolietSector : node.sector);
  writeBothEndian32(head, 10, sizeBytes);
  epoch.copy(head, 18);
  head[25] = node.bytes === undefined ? 2 : 0;
  writeBothEndian16(head, 28, 1);
  head[32] = name.length;
  name.copy(head, 33);
  return Buffer.concat([head, fields], length);
}

export function recordLength(node: PlacedNode, space: NameSpace, dot?: DotRecord): number {
  return paddedName(nameBytes(node, space, dot)) + systemFields(node, space, dot).length;
}

/** 1980-01-01, so that the same files always give the same bytes. */
const epoch = Buffer.from([80, 1, 1, 0, 0, 0, 0]);

function paddedName(name: Buffer): number {
  return 33 + name.length + ((name.length + 1) % 2);
}

function nameBytes(node: PlacedNode, space: NameSpace, dot: DotRecord | undefined): Buffer {
  if (dot !== undefined) return Buffer.from([dot === 'self' ? 0 : 1]);
  return space === joliet ? jolietName(node.name) : Buffer.from(node.primary, 'latin1');
}

function systemFields(node: PlacedNode, space: NameSpace, dot: DotRecord | undefined): Buffer {
  if (space === joliet) return Buffer.alloc(0);
  const isRootItself = dot === 'self' && node.parent === undefined;
  const parts = [
    ...(isRootItself ? [sharingMarker] : []),
    posixFields(node),
    ...(dot === undefined ? [alternateName(node.name)] : []),
    ...(isRootItself ? [extensionNote] : []),
  ];
  return Buffer.concat(parts);
}

/** SP: system use fields follow, starting at byte 0. */
const sharingMarker = Buffer.from([0x53, 0x50, 7, 1, 0xbe, 0xef, 0]);
/** ER: the system use fields are those of Rock Ridge. */
const extensionNote = Buffer.concat([
  Buffer.from([0x45, 0x52, 18, 1, 10, 0, 0, 1]),
  Buffer.from('RRIP_1991A', 'latin1'),
]);

/** PX: mode, links, owner root. Only root can read a seed, because it may contain secrets. */
function posixFields(node: PlacedNode): Buffer {
  const isFile = node.bytes !== undefined;
  const field = Buffer.alloc(36);
  field.set([0x50, 0x58, 36, 1]);
  writeBothEndian32(field, 4, isFile ? 0o100_400 : 0o040_500);
  const folders = node.children.filter(({ bytes }) => bytes === undefined).length;
  writeBothEndian32(field, 12, isFile ? 1 : 2 + folders);
  return field;
}

/** NM: the unchanged name. */
function alternateName(name: string): Buffer {
  const bytes = Buffer.from(name, 'utf8');
  return Buffer.concat([Buffer.from([0x4e, 0x4d, 5 + bytes.length, 1, 0]), bytes]);
}
