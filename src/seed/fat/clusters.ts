/** Sizes of a FAT file system, in sectors of 512 bytes unless the name says otherwise. */
export interface FatGeometry {
  sectors: number;
  sectorsPerCluster: number;
  tableSectors: number;
}

/** Entries of the root folder, which has a fixed place. */
export const rootEntries = 512;
/** 4 KiB: up to 16 MiB stay FAT12. */
const sectorsPerCluster = 8;
const clusterBytes = sectorsPerCluster * 512;
const leastSectors = 2048;
const endOfChain = 0xfff;

/** Data clusters in the order they were taken, and the chains through them. */
export class Clusters {
  readonly #data: Buffer[] = [];
  /** The cluster after each, by number; the first two numbers have a meaning of their own. */
  readonly #next: number[] = [0xff8, endOfChain];

  /** The first cluster of these bytes; 0 for none. */
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

  /** One cluster whose bytes come later. */
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
    // Each sector of a table serves 341 clusters; the table of the largest seed has 12.
    const tableSectors = 12;
    const sectors = Math.max(leastSectors, Math.ceil(rest) + 2 * tableSectors);
    const table = Buffer.alloc(tableSectors * 512);
    this.#next.forEach((value, cluster) => {
      // Twelve bits each: two entries share three bytes.
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
