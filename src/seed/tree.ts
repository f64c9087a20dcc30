/** A folder of a seed: names in any order, each a file or a folder of its own. */
export interface SeedFolder {
  [name: string]: Uint8Array | SeedFolder;
}

export function isFolder(node: Uint8Array | SeedFolder): node is SeedFolder {
  return !(node instanceof Uint8Array);
}

/** Bytes of all files. */
export function sizeOf(folder: SeedFolder): number {
  return Object.values(folder).reduce<number>(
    (sum, node) => sum + (isFolder(node) ? sizeOf(node) : node.length),
    0,
  );
}
