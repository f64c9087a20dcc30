import type { FileWindow } from './file-window.ts';
import type { Geometry } from './geometry.ts';
import type { GrainTableMap } from './grain-table-map.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';

/** Compares every table with its redundant copy: readers of either copy must see the same disk. */
export async function compareRedundant(
  window: FileWindow,
  copies: FileWindow,
  { tableEntries }: Geometry,
  map: GrainTableMap,
): Promise<void> {
  for (const index of map.order) {
    const copyAt = map.redundantAt(index);
    if (copyAt === undefined) return;
    const position = copyAt * sectorBytes;
    const copy = await copies.read(position, tableEntries * 4, 'a redundant grain table');
    const tableAt = map.sectorAt(index) * sectorBytes;
    const table = await window.read(tableAt, tableEntries * 4, 'a grain table');
    if (Buffer.compare(table, copy) === 0) continue;
    throw refuseVmdk('corrupt-table', 'a grain table and its redundant copy disagree', {
      offset: position,
    });
  }
}
