import type { Cache } from '../../cache/cache.ts';
import { findEntries } from '../../cache/entries/find.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { defined } from '../../kit/defined.ts';
import { algorithmOf, hexOf } from '../../kit/digest.ts';
import type { LockedImage } from '../lock-file.ts';
import type { CachedDisk, ExportPin } from './export-target.ts';

/** For each pin the newest raw disk that was made from a download with all of its digests. */
export async function findCachedDisks(
  cache: Cache,
  pins: readonly ExportPin[],
): Promise<ReadonlyMap<ExportPin, CachedDisk>> {
  const disks = new Map<ExportPin, CachedDisk>();
  if (pins.length === 0) return disks;
  const entries = await findEntries(cache, { format: 'raw' });
  for (const pin of pins) {
    const found = entries.find(({ record }) => isMadeFrom(record, pin.image));
    if (found === undefined) continue;
    disks.set(pin, { path: found.path, ...defined({ sha256: found.record.disk.sha256 }) });
  }
  return disks;
}

function isMadeFrom({ source, facts }: ImageRecord, { digests, entry }: LockedImage): boolean {
  if (entry !== undefined && facts['entry'] !== entry) return false;
  return digests.every((digest) => source[algorithmOf(digest)] === hexOf(digest));
}
