/** Sizes of a FAT file system, in sectors of 512 bytes unless the name says otherwise. */
export interface FatGeometry {
  sectors: number;
  sectorsPerCluster: number;
  tableSectors: number;
}

/** Number of entries in the root folder, which has a fixed place. */
export const rootEntries = 512;
/** 4 KiB, so that sizes up to 16 MiB stay FAT12. */
const sectorsPerCluster = 8;
const clusterBytes = sectorsPerCluster * 512;
const leastSectors = 2048;
const endOfChain = 0xfff;

/** Data clusters in the order of allocation, and their chains. */
export class Clusters {
  readonly #data: Buffer[] = [];
  /** The next cluster of each one, by number; the first two entries are reserved. */
  readonly #next: number[] = [0xff8, endOfChain];

  /** Stores bytes and returns their first cluster; 0 for no bytes. */
  add(bytes: Uint8Array): number {
    if (bytes.length === 0) return 0;
    const first = this.#next.length;
    const count = Math.ceil(bytes.length / clusterBytes);
    for (let index = 0; index < count; index += 1) {
      this.#data.push(padded(bytes.subarray(index * clusterBytes, (index + 1) * clusterBytes)));
      this.#next.push(index === count - 1 ? endOfChain : first + index + 1);
    }
    return first;
  }

  /** Reserves one cluster whose bytes come later. */
  reserve(): number {
    return this.add(new Uint8Array(1));
  }

  fill(cluster: number, bytes: Uint8Array): void {
    if (bytes.length > clusterBytes) throw new RangeError('too many files for one folder');
    this.#data[cluster - 2] = padded(bytes);
  }

  finish(): { table: Buffer; data: Buffer; geometry: FatGeometry } {
    const data = Buffer.concat(this.#data);
    const rest = data.length / 512 + 1 + 32;
    // Each sector of a table covers 341 clusters; the table of the largest seed has 12 sectors.
    const tableSectors = 12;
    const sectors = Math.max(leastSectors, Math.ceil(rest) + 2 * tableSectors);
    const table = Buffer.alloc(tableSectors * 512);
    this.#next.forEach((value, cluster) => {
      // Entries have 12 bits: two share three bytes.
      const at = Math.floor(cluster * 1.5);
      const word = table.readUInt16LE(at);
      const bits = cluster % 2 === 0 ? (word & 0xf000) | value : (word & 0x000f) | (value << 4);
      table.writeUInt16LE(bits, at);
    });
    return { table, data, geometry: { sectors, sectorsPerCluster, tableSectors } };
  }
}

function padded(bytes: Uint8Array): Buffer {
  const cluster = Buffer.alloc(clusterBytes);
  cluster.set(bytes);
  return cluster;
}
