import { hasMagic, viewOf } from '../../src/kit.ts';
import { checksumOf, claimedChecksum } from './checksum.ts';
import { type FileRange, refuseVhdx, regionUnit } from './file-range.ts';
import { readGuid } from './guid.ts';

const firstCopyAt = 192 * 1024;
const copyBytes = 64 * 1024;
const entryBytes = 32;
const maxEntries = 2047;

export const batGuid = '2DC27766-F623-4200-9D64-115E9BFD4A08';
export const metadataGuid = '8B7CA206-4790-4B9A-B8FE-575F050F886E';

/** The regions of a file; `all` includes regions that a reader may ignore. */
export interface Regions {
  bat: FileRange;
  metadata: FileRange;
  all: FileRange[];
}

/**
 * Reads the region tables (MS-VHDX 2.2.3) from the start of the file, after the log was applied. Refuses unknown
 * required regions.
 */
export function parseRegions(section: Uint8Array): Regions {
  const table = pickCopy(section);
  const view = viewOf(table);
  const count = view.getUint32(8, true);
  if (count > maxEntries) {
    const details = { value: count, limit: maxEntries, offset: firstCopyAt };
    throw refuseVhdx('corrupt-header', 'the region table has too many entries', details);
  }
  const regions = new Map<string, FileRange>();
  for (let at = 16; at < 16 + count * entryBytes; at += entryBytes) {
    const guid = readGuid(table, at);
    const isKnown = guid === batGuid || guid === metadataGuid;
    if (!isKnown && view.getUint32(at + 28, true) !== 0) {
      const details = { value: guid };
      throw refuseVhdx(
        'unsupported-feature',
        `the image needs the unknown region ${guid}`,
        details,
      );
    }
    if (regions.has(guid)) {
      const details = { value: guid, offset: firstCopyAt + at };
      throw refuseVhdx('corrupt-header', 'the region table names a region twice', details);
    }
    const range = parseRange(view, at + 16, isKnown);
    if (range !== undefined) regions.set(guid, range);
  }
  const bat = regions.get(batGuid);
  const metadata = regions.get(metadataGuid);
  if (bat === undefined) throw missing('block allocation table');
  if (metadata === undefined) throw missing('metadata');
  return { bat, metadata, all: [...regions.values()] };
}

/** The first valid copy. Two valid copies that differ would be two disks in one file. */
function pickCopy(section: Uint8Array): Uint8Array {
  const copies = [0, 1].map((copy) => {
    const start = firstCopyAt + copy * copyBytes;
    return section.subarray(start, start + copyBytes);
  });
  const signed = copies.filter((table) => hasMagic(table, 'regi'));
  const [first, second] = signed.filter((table) => checksumOf(table) === claimedChecksum(table));
  const details = { offset: firstCopyAt };
  if (first === undefined) {
    const reason = signed.length > 0 ? 'checksum' : 'corrupt-header';
    throw refuseVhdx(reason, 'neither of the two region tables is valid', details);
  }
  if (second !== undefined && Buffer.compare(first, second) !== 0) {
    throw refuseVhdx('ambiguous-content', 'the two region tables differ', details);
  }
  return first;
}

/**
 * `undefined` for a region that is never read and is beyond the end of every possible file, so that it cannot overlap
 * anything.
 */
function parseRange(view: DataView, at: number, isKnown: boolean): FileRange | undefined {
  const offset = view.getBigUint64(at, true);
  const length = view.getUint32(at + 8, true);
  const unit = BigInt(regionUnit);
  const isEmpty = isKnown && length === 0;
  if (offset < unit || offset % unit !== 0n || length % regionUnit !== 0 || isEmpty) {
    throw refuseVhdx('corrupt-header', 'a region does not consist of whole MiB behind the header', {
      offset: firstCopyAt + at,
      value: `${length} bytes at ${offset}`,
    });
  }
  const end = offset + BigInt(length);
  if (end <= BigInt(Number.MAX_SAFE_INTEGER)) return { start: Number(offset), end: Number(end) };
  if (!isKnown) return undefined;
  throw refuseVhdx('truncated', 'a region lies past the end of the file', {
    offset: firstCopyAt + at,
    value: String(offset),
  });
}

function missing(what: string): Error {
  return refuseVhdx('corrupt-header', `the region table names no ${what}`, { offset: firstCopyAt });
}
