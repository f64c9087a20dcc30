import type { ByteSource } from '../../src/kit.ts';
import type { DirectoryPlaces } from './directory-places.ts';
import type { FileWindow } from './file-window.ts';
import type { Geometry } from './geometry.ts';
import { type GrainTableMap, parseGrainTableMap } from './grain-table-map.ts';
import { sectorBytes } from './magic.ts';

/** Reads and checks the grain directories; waits until they have arrived. */
export async function readDirectories(
  window: FileWindow,
  geometry: Geometry,
  descriptorSectors: number,
  places: DirectoryPlaces,
  source: ByteSource,
): Promise<GrainTableMap> {
  const read = (sector: number): Promise<Uint8Array> =>
    window.read(sector * sectorBytes, geometry.tableCount * 4, 'a grain directory');
  const bytes = {
    directory: await read(places.directory),
    redundant: places.redundant === undefined ? undefined : await read(places.redundant),
  };
  return parseGrainTableMap(geometry, descriptorSectors, places, bytes, source.sizeBytes);
}
