import { isFolder, type SeedFolder } from '../tree.ts';
import { writeBootSector } from './boot-sector.ts';
import { Clusters, rootEntries } from './clusters.ts';
import { longNameEntries, shortName } from './names.ts';

/**
 * The bytes of a FAT12 file system with these files and long names, 1 MiB or as much as they need. The same files
 * give the same bytes. Source: the FAT specification 1.03.
 */
export function writeFat(label: string, tree: SeedFolder): Buffer {
  const clusters = new Clusters();
  const root = [labelEntry(label), ...entriesOf(tree, 0, clusters)];
  if (root.length > rootEntries) throw new RangeError('too many files for one folder');
  const { table, data, geometry } = clusters.finish();
  const image = Buffer.alloc(geometry.sectors * 512);
  writeBootSector(label, geometry).copy(image);
  for (let copy = 0; copy < 2; copy += 1)
    table.copy(image, (1 + copy * geometry.tableSectors) * 512);
  const rootAt = (1 + 2 * geometry.tableSectors) * 512;
  Buffer.concat(root).copy(image, rootAt);
  data.copy(image, rootAt + rootEntries * 32);
  return image;
}

function entriesOf(folder: SeedFolder, self: number, clusters: Clusters): Buffer[] {
  const taken = new Set<string>();
  return Object.entries(folder).flatMap(([name, node]) => {
    const short = shortName(name, taken);
    const long = short.isWhole ? [] : longNameEntries(name, short.bytes);
    if (!isFolder(node)) {
      return [...long, entry(short.bytes, 0x20, clusters.add(node), node.length)];
    }
    // A folder contains an entry for itself, so its cluster must be known before its entries.
    const own = clusters.reserve();
    const dots = [
      entry(Buffer.from('.'.padEnd(11)), 0x10, own, 0),
      entry(Buffer.from('..'.padEnd(11)), 0x10, self, 0),
    ];
    clusters.fill(own, Buffer.concat([...dots, ...entriesOf(node, own, clusters)]));
    return [...long, entry(short.bytes, 0x10, own, 0)];
  });
}

function labelEntry(label: string): Buffer {
  return entry(Buffer.from(label.toUpperCase().padEnd(11), 'latin1'), 0x08, 0, 0);
}

/** 1980-01-01, the first date in FAT. */
const firstDay = 0x21;

function entry(name: Buffer, attributes: number, cluster: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(32);
  name.copy(bytes, 0, 0, 11);
  bytes[11] = attributes;
  for (const offset of [16, 18, 24]) bytes.writeUInt16LE(firstDay, offset);
  bytes.writeUInt16LE(cluster, 26);
  bytes.writeUInt32LE(sizeBytes, 28);
  return bytes;
}
