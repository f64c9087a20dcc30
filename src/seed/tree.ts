/** A folder of a seed: names in any order, each for a file or a folder. */
export interface SeedFolder {
  [name: string]: Uint8Array | SeedFolder;
}

export function isFolder(node: Uint8Array | SeedFolder): node is SeedFolder {
  return !(node instanceof Uint8Array);
}

/** Total length of all files in bytes. */
export function sizeOf(folder: SeedFolder): number {
  return Object.values(folder).reduce<number>(
    (sum, node) => sum + (isFolder(node) ? sizeOf(node) : node.length),
    0,
  );
}
