import { hasMagic, viewOf } from '../../src/kit.ts';
import { type FileRange, refuseVhdx, sortRanges } from './file-range.ts';
import { readGuid } from './guid.ts';

export const metadataTableBytes: number = 64 * 1024;

const headerBytes = 32;
const entryBytes = 32;
const maxEntries = 2047;
const userFlag = 1;
const requiredFlag = 4;

export type MetadataItem =
  | 'fileParameters'
  | 'virtualSize'
  | 'diskId'
  | 'logicalSector'
  | 'physicalSector'
  | 'parentLocator';

/** MS-VHDX 2.6.2. */
export const metadataGuids: ReadonlyMap<string, MetadataItem> = new Map<string, MetadataItem>([
  ['CAA16737-FA36-4D43-B3B6-33F0AA44E76B', 'fileParameters'],
  ['2FA54224-CD1B-4876-B211-5DBED83BF4B8', 'virtualSize'],
  ['BECA12AB-B2E6-4523-93EF-C309E000C746', 'diskId'],
  ['8141BF1D-A96F-4709-BA47-F233A8FAAB5F', 'logicalSector'],
  ['CDA348C7-445D-4471-9CC9-E9885251C556', 'physicalSector'],
  ['A8D35F2D-B30B-454D-ABF7-D3D84834AB0C', 'parentLocator'],
]);

/**
 * The places of the known items of a metadata region; `table` is its first 64 KiB. Refuses unknown required items, and
 * items that overlap or are outside the region.
 */
export function parseMetadataTable(
  table: Uint8Array,
  region: FileRange,
): Map<MetadataItem, FileRange> {
  if (!hasMagic(table, 'metadata')) {
    throw refuseVhdx('corrupt-header', 'the metadata region has no table', {
      offset: region.start,
    });
  }
  const view = viewOf(table);
  const count = view.getUint16(10, true);
  if (count > maxEntries) {
    const details = { value: count, limit: maxEntries, offset: region.start };
    throw refuseVhdx('corrupt-header', 'the metadata table has too many entries', details);
  }
  const seen = new Set<string>();
  const ranges: FileRange[] = [];
  const items = new Map<MetadataItem, FileRange>();
  for (let at = headerBytes; at < headerBytes + count * entryBytes; at += entryBytes) {
    const guid = readGuid(table, at);
    const flags = view.getUint32(at + 24, true);
    const isUser = (flags & userFlag) !== 0;
    const offset = region.start + at;
    const name = isUser ? undefined : metadataGuids.get(guid);
    if (name === undefined && (flags & requiredFlag) !== 0) {
      const details = { value: guid, offset };
      throw refuseVhdx(
        'unsupported-feature',
        `the image needs the unknown metadata ${guid}`,
        details,
      );
    }
    const key = `${guid} ${isUser}`;
    if (seen.has(key)) {
      const details = { value: guid, offset };
      throw refuseVhdx('corrupt-header', 'the metadata table names an item twice', details);
    }
    seen.add(key);
    const range = parseRange(view, at + 16, region);
    ranges.push(range);
    if (name !== undefined) items.set(name, range);
  }
  sortRanges(ranges, 'metadata items');
  return items;
}

function parseRange(view: DataView, at: number, region: FileRange): FileRange {
  const offset = view.getUint32(at, true);
  const length = view.getUint32(at + 4, true);
  const start = region.start + offset;
  const end = start + length;
  const isEmpty = offset === 0 && length === 0;
  const isOutside = offset < metadataTableBytes || end > region.end;
  if (!isEmpty && isOutside) {
    const details = { offset: region.start + at, value: `${length} bytes at ${offset}` };
    throw refuseVhdx('corrupt-header', 'a metadata item lies outside its region', details);
  }
  return { start, end };
}
