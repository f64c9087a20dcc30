export const clusterBytes = 65_536;
/** Clusters that one L2 table describes. */
export const clustersPerTable: number = clusterBytes / 8;
const sectorBytes = 512;
/** Clusters in one refcount block, with 16 bits each. */
const blockEntries = clusterBytes / 2;

/** Bytes and their place in the file. */
export interface PlacedBytes {
  position: number;
  bytes: Uint8Array;
}

/**
 * The places in an image that is written in one pass: header, L1 table, then each L2 table before the clusters that it
 * describes, so that a sequential reader knows what the clusters are; the refcounts at the end.
 */
export class ImageLayout {
  readonly #l1: Buffer;
  #l2: { index: number; position: number; bytes: Buffer } | undefined;
  /** Number of entries that use each cluster of the file. */
  #refcounts = new Uint16Array(1024);
  /** End of the last cluster in use. */
  #end: number = clusterBytes;
  /** Place of the next compressed cluster, and the end of the clusters reserved for them. */
  #packed = { next: 0, end: 0 };

  constructor(virtualSize: number) {
    const entries = Math.ceil(virtualSize / (clusterBytes * clustersPerTable));
    this.#l1 = Buffer.alloc(Math.max(1, entries) * 8);
    this.#count(0, clusterBytes);
    this.#take(Math.ceil(this.#l1.length / clusterBytes));
  }

  /** Adds a cluster of the disk, in ascending order; `finished` is an L2 table that is now complete. */
  add(
    cluster: number,
    length: number,
    isPacked: boolean,
  ): { position: number; finished?: PlacedBytes } {
    const index = Math.floor(cluster / clustersPerTable);
    const finished = this.#l2?.index === index ? undefined : this.#l2;
    if (this.#l2?.index !== index) this.#startTable(index);
    const position = isPacked ? this.#pack(length) : this.#take(1);
    const entry = isPacked ? packedEntry(position, length) : standardEntry(position);
    this.#l2?.bytes.writeBigUInt64BE(entry, (cluster % clustersPerTable) * 8);
    return finished === undefined ? { position } : { position, finished };
  }

  /** The remaining tables, and the length of the file. */
  finish(): { tables: PlacedBytes[]; l1Entries: number; refcounts: RefcountPlace; end: number } {
    const tables: PlacedBytes[] = [{ position: clusterBytes, bytes: this.#l1 }];
    if (this.#l2 !== undefined) tables.push(this.#l2);
    const used = this.#end / clusterBytes;
    let blocks = 0;
    let tableClusters = 0;
    // The refcount blocks count themselves too.
    for (let before = -1; before !== blocks + tableClusters; ) {
      before = blocks + tableClusters;
      blocks = Math.ceil((used + before) / blockEntries);
      tableClusters = Math.ceil((blocks * 8) / clusterBytes);
    }
    const firstBlock = this.#take(blocks);
    const offset = this.#take(tableClusters);
    const table = Buffer.alloc(blocks * 8);
    for (let block = 0; block < blocks; block += 1) {
      const position = firstBlock + block * clusterBytes;
      table.writeBigUInt64BE(BigInt(position), block * 8);
      const counts = this.#refcounts.slice(block * blockEntries, (block + 1) * blockEntries);
      tables.push({ position, bytes: Buffer.from(counts.buffer).swap16() });
    }
    tables.push({ position: offset, bytes: table });
    const l1Entries = this.#l1.length / 8;
    return { tables, l1Entries, refcounts: { offset, clusters: tableClusters }, end: this.#end };
  }

  #startTable(index: number): void {
    const position = this.#take(1);
    // The rest of the previous cluster stays empty: otherwise data would come before its table.
    this.#packed = { next: this.#end, end: this.#end };
    this.#l1.writeBigUInt64BE(standardEntry(position), index * 8);
    this.#l2 = { index, position, bytes: Buffer.alloc(clusterBytes) };
  }

  /** Reserves whole clusters at the end. */
  #take(clusters: number): number {
    const position = this.#end;
    this.#end += clusters * clusterBytes;
    if (clusters > 0) this.#count(position, this.#end);
    return position;
  }

  /**
   * Reserves space for compressed data directly after the previous data; it may cross a cluster boundary if the next
   * cluster follows in the file.
   */
  #pack(length: number): number {
    const packed = this.#packed;
    if (packed.next + length > packed.end && packed.end !== this.#end) {
      packed.next = this.#end;
      packed.end = this.#end;
    }
    const position = packed.next;
    packed.next += length;
    while (packed.end < packed.next) packed.end += clusterBytes;
    this.#end = Math.max(this.#end, packed.end);
    this.#count(position, packed.next);
    return position;
  }

  #count(start: number, end: number): void {
    const last = Math.floor((end - 1) / clusterBytes);
    if (last >= this.#refcounts.length) {
      const more = new Uint16Array(Math.max(last + 1, 2 * this.#refcounts.length));
      more.set(this.#refcounts);
      this.#refcounts = more;
    }
    for (let cluster = Math.floor(start / clusterBytes); cluster <= last; cluster += 1) {
      this.#refcounts[cluster] = (this.#refcounts[cluster] ?? 0) + 1;
    }
  }
}

export interface RefcountPlace {
  offset: number;
  clusters: number;
}

/** The entry of a cluster with one user. */
function standardEntry(position: number): bigint {
  return (1n << 63n) | BigInt(position);
}

/** The length is in sectors and leaves out the first one. */
function packedEntry(position: number, length: number): bigint {
  const first = Math.floor(position / sectorBytes);
  const last = Math.floor((position + length - 1) / sectorBytes);
  return (1n << 62n) | (BigInt(last - first) << 54n) | BigInt(position);
}
