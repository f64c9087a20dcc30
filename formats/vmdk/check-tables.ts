import { type ByteSource, isZeros, viewOf } from '../../src/kit.ts';
import type { DirectoryPlaces } from './directory-places.ts';
import { zeroedGrain } from './expand-grain-table.ts';
import type { FileWindow } from './file-window.ts';
import type { Geometry } from './geometry.ts';
import type { SparseHeader } from './header.ts';
import { refuseVmdk, sectorBytes } from './magic.ts';
import { readDirectories } from './read-directories.ts';
import type { StreamRecord } from './stream-record.ts';

/**
 * Compares the grain tables with the markers of the stream: a reader of tables and a reader of the stream must see the
 * same disk. `streamSector` is the place of the first marker; metadata after it must have a marker.
 */
export async function checkTables(
  source: ByteSource,
  window: FileWindow,
  about: {
    header: SparseHeader;
    geometry: Geometry;
    places: DirectoryPlaces;
    record: StreamRecord;
    streamSector: number;
  },
): Promise<void> {
  const { header, geometry, places, record, streamSector } = about;
  const { tableCount, tableEntries, tableSectors, directorySectors, grainSectors } = geometry;
  const { descriptorSectors } = header;
  const { zeroedGrains } = record.footer ?? header;
  const grains = Math.ceil(geometry.sectors / grainSectors);
  checkPlace('directory', places.directory, directorySectors);
  if (places.redundant !== undefined) checkPlace('directory', places.redundant, directorySectors);
  const map = await readDirectories(window, geometry, descriptorSectors, places, source);
  for (let index = 0; index < tableCount; index += 1) {
    if (map.sectorAt(index) !== 0) continue;
    const start = index * tableEntries;
    const end = Math.min(grains, start + tableEntries);
    const grain = record.grains.nextSet(start, end);
    if (grain < end) throw disagree(record.grains.get(grain), 0);
  }
  for (const index of map.order) {
    await checkTable(index, map.sectorAt(index));
    const copy = map.redundantAt(index);
    if (copy !== undefined) await checkTable(index, copy);
  }

  async function checkTable(index: number, sector: number): Promise<void> {
    checkPlace('table', sector, tableSectors);
    const bytes = await window.read(sector * sectorBytes, tableEntries * 4, 'a grain table');
    const view = viewOf(bytes);
    const start = index * tableEntries;
    const count = Math.min(tableEntries, grains - start);
    const end = start + count;
    if (isZeros(bytes) && record.grains.nextSet(start, end) === end) return;
    for (let i = 0; i < count; i += 1) {
      const entry = view.getUint32(i * 4, true);
      const told = entry === zeroedGrain && zeroedGrains ? 0 : entry;
      if (told !== record.grains.get(start + i)) throw disagree(told, sector * sectorBytes + i * 4);
    }
  }

  function checkPlace(kind: 'table' | 'directory', sector: number, sectors: number): void {
    if (sector + sectors <= streamSector || record.announces(kind, sector)) return;
    throw refuseVmdk('corrupt-table', `no marker announces the grain ${kind}`, {
      offset: sector * sectorBytes,
    });
  }

  function disagree(sector: number, offset: number): Error {
    const isCut = sector * sectorBytes >= (source.sizeBytes ?? 0);
    return isCut
      ? refuseVmdk('truncated', 'a grain lies past the end of the file', { offset, value: sector })
      : refuseVmdk('corrupt-table', 'grain tables and markers disagree', { offset, value: sector });
  }
}
