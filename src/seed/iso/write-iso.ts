import type { SeedFolder } from '../tree.ts';
import { writeDescriptor, writeTerminator } from './descriptors.ts';
import { discSectorBytes, folderBytes, planLayout } from './layout.ts';
import type { PlacedNode } from './node.ts';
import { writePathTable } from './path-table.ts';
import { joliet, type NameSpace, rockRidge, writeDirectoryRecord } from './record.ts';

/**
 * The bytes of a disc with these files: ISO 9660 level 2 with Rock Ridge and Joliet names, which Linux, BSD and
 * Windows can read. The same files give the same bytes. Source: ECMA-119, the Rock Ridge and Joliet specifications.
 */
export function writeIso(label: string, tree: SeedFolder): Buffer {
  const layout = planLayout(tree);
  const disc = Buffer.alloc(layout.sectors * discSectorBytes);
  const place = (sector: number, bytes: Uint8Array) => disc.set(bytes, sector * discSectorBytes);
  place(16, writeDescriptor(label, layout, rockRidge));
  place(17, writeDescriptor(label, layout, joliet));
  place(18, writeTerminator());
  const [little, big, jolietLittle, jolietBig] = layout.tables;
  place(little, writePathTable(layout, rockRidge, 'little'));
  place(big, writePathTable(layout, rockRidge, 'big'));
  place(jolietLittle, writePathTable(layout, joliet, 'little'));
  place(jolietBig, writePathTable(layout, joliet, 'big'));
  for (const folder of layout.folders) {
    place(folder.sector, writeFolder(folder, rockRidge));
    place(folder.jolietSector, writeFolder(folder, joliet));
  }
  for (const { sector, bytes } of layout.files) if (bytes) place(sector, bytes);
  return disc;
}

/** The records of one folder: itself, its parent, its entries. */
function writeFolder(folder: PlacedNode, space: NameSpace): Buffer {
  const target = Buffer.alloc(folderBytes(folder, space));
  const parent = folder.parent ?? folder;
  const records = [
    writeDirectoryRecord(folder, folderBytes(folder, space), space, 'self'),
    writeDirectoryRecord(parent, folderBytes(parent, space), space, 'parent'),
    ...folder.children.map((node) =>
      writeDirectoryRecord(node, node.bytes?.length ?? folderBytes(node, space), space),
    ),
  ];
  let at = 0;
  for (const record of records) {
    const left = discSectorBytes - (at % discSectorBytes);
    if (record.length > left) at += left;
    record.copy(target, at);
    at += record.length;
  }
  return target;
}
