/** Refcounts of 16 bits, as parts to write, and the offset of the refcount table. */
export interface RefcountLayout {
  parts: { position: number; bytes: Uint8Array }[];
  tableOffset: number;
  tableClusters: number;
  /** The first byte after them. */
  end: number;
}

/**
 * Refcounts for `references` (by cluster of the file) and for the refcount structures themselves, placed at
 * `position`.
 */
export function refcountParts(
  references: ReadonlyMap<number, number>,
  position: number,
  clusterBytes: number,
): RefcountLayout {
  const perBlock = clusterBytes / 2;
  const perTable = clusterBytes / 8;
  const first = position / clusterBytes;
  let blocks = 1;
  let tableClusters = 1;
  for (;;) {
    const neededBlocks = Math.ceil((first + tableClusters + blocks) / perBlock);
    const neededTables = Math.ceil(neededBlocks / perTable);
    if (neededBlocks <= blocks && neededTables <= tableClusters) break;
    blocks = Math.max(blocks, neededBlocks);
    tableClusters = Math.max(tableClusters, neededTables);
  }
  const all = new Map(references);
  for (let i = 0; i < tableClusters + blocks; i += 1) all.set(first + i, 1);
  const bytes = new Uint8Array((tableClusters + blocks) * clusterBytes);
  const view = new DataView(bytes.buffer);
  const blocksAt = tableClusters * clusterBytes;
  for (let i = 0; i < blocks; i += 1) {
    view.setBigUint64(i * 8, BigInt(position + blocksAt + i * clusterBytes));
  }
  for (const [cluster, count] of all) view.setUint16(blocksAt + cluster * 2, count);
  const end = position + bytes.length;
  return { parts: [{ position, bytes }], tableOffset: position, tableClusters, end };
}

/** The header of an image without backing file, extensions or snapshots. */
export function headerBytes(about: {
  version: 2 | 3;
  clusterBits: number;
  virtualSize: number;
  extendedL2: boolean;
  zstd: boolean;
  l1Offset: number;
  l1Entries: number;
  refcounts: RefcountLayout;
}): Uint8Array {
  const v3Bytes = 112;
  const header = new Uint8Array(about.version === 2 ? 72 : v3Bytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x514649fb);
  view.setUint32(4, about.version);
  view.setUint32(20, about.clusterBits);
  view.setBigUint64(24, BigInt(about.virtualSize));
  view.setUint32(36, about.l1Entries);
  view.setBigUint64(40, BigInt(about.l1Offset));
  view.setBigUint64(48, BigInt(about.refcounts.tableOffset));
  view.setUint32(56, about.refcounts.tableClusters);
  if (about.version === 2) return header;
  view.setBigUint64(72, (about.zstd ? 1n << 3n : 0n) | (about.extendedL2 ? 1n << 4n : 0n));
  view.setUint32(96, 4);
  view.setUint32(100, v3Bytes);
  view.setUint8(104, about.zstd ? 1 : 0);
  return header;
}
