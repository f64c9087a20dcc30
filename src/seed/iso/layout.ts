import { isFolder, type SeedFolder } from '../tree.ts';
import { primaryName } from './names.ts';
import type { PlacedNode } from './node.ts';
import { joliet, type NameSpace, recordLength, rockRidge } from './record.ts';

export const discSectorBytes = 2048;

/** Every node with its sectors. Folders are listed level by level, the order of path tables. */
export interface Layout {
  root: PlacedNode;
  folders: PlacedNode[];
  files: PlacedNode[];
  /** First sectors of the path tables: little-endian and big-endian, then both for Joliet. */
  tables: [number, number, number, number];
  sectors: number;
}

/** Assigns sectors: descriptors from sector 16, path tables, folders in both name spaces, files. */
export function planLayout(tree: SeedFolder): Layout {
  const root = placeTree('', tree, undefined);
  const folders = levels(root);
  const files = folders.flatMap(({ children }) => children.filter(({ bytes }) => bytes));
  // Three descriptors, then one sector for each of the four path tables: a seed has only a few folders.
  const tables: Layout['tables'] = [19, 20, 21, 22];
  let next = 23;
  for (const folder of folders) {
    folder.sector = next;
    next += sectorsOf(folderBytes(folder, rockRidge));
  }
  for (const folder of folders) {
    folder.jolietSector = next;
    next += sectorsOf(folderBytes(folder, joliet));
  }
  for (const file of files) {
    file.sector = next;
    file.jolietSector = next;
    // An empty file also has a sector number, which readers expect to be on the disc.
    next += Math.max(1, sectorsOf(file.bytes?.length ?? 0));
  }
  return { root, folders, files, tables, sectors: next };
}

function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / discSectorBytes);
}

/** Length in bytes of a folder's records. A record does not cross the end of a sector. */
export function folderBytes(folder: PlacedNode, space: NameSpace): number {
  let bytes = 0;
  for (const length of recordLengths(folder, space)) {
    const left = discSectorBytes - (bytes % discSectorBytes);
    if (length > left) bytes += left;
    bytes += length;
  }
  return sectorsOf(bytes) * discSectorBytes;
}

function recordLengths(folder: PlacedNode, space: NameSpace): number[] {
  const inside = folder.children.map((node) => recordLength(node, space));
  return [recordLength(folder, space, 'self'), recordLength(folder, space, 'parent'), ...inside];
}

function placeTree(
  name: string,
  node: Uint8Array | SeedFolder,
  parent: PlacedNode | undefined,
): PlacedNode {
  const isFile = !isFolder(node);
  const placed: PlacedNode = {
    name,
    primary: name === '' ? '' : primaryName(name, isFile),
    parent,
    bytes: isFile ? node : undefined,
    children: [],
    sector: 0,
    jolietSector: 0,
  };
  if (!isFile) {
    placed.children = Object.entries(node)
      .map(([childName, child]) => placeTree(childName, child, placed))
      .sort((a, b) => (a.primary < b.primary ? -1 : 1));
  }
  return placed;
}

function levels(root: PlacedNode): PlacedNode[] {
  const all = [root];
  for (const folder of all) all.push(...folder.children.filter(({ bytes }) => !bytes));
  return all;
}
