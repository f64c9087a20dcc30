import { CacheError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Cache } from '../cache.ts';
import { examineEntry } from '../entries/read.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { baseName, formatCacheName, requireCacheName } from './cache-name.ts';

/** The name under which a source is published, and the existing record of the same source. */
export interface ChosenName {
  name: string;
  previous?: ImageRecord;
}

/**
 * The plain name if it is free or belongs to the same source, else the name with the source's digest. A file with an
 * unreadable record counts as another source: it may be the backing file of a machine.
 */
export async function chooseName(
  cache: Cache,
  planned: string,
  sourceSha256: string,
): Promise<ChosenName> {
  const base = baseName(planned);
  const digest8 = sourceSha256.slice(0, 8);
  const sibling = formatCacheName({ ...requireCacheName(base), digest8 });
  const beside = await examineEntry(cache, sibling);
  const plain = await examineEntry(cache, base);
  const plainIsOurs = plain.record?.source.sha256 === sourceSha256 && plain.record.name === base;
  const plainIsFree = plain.stats === undefined || plainIsOurs;
  if (beside.stats === undefined && plainIsFree) {
    return { name: base, ...defined({ previous: plainIsOurs ? plain.record : undefined }) };
  }
  if (beside.record === undefined) return { name: sibling };
  if (beside.record.source.sha256 === sourceSha256)
    return { name: sibling, previous: beside.record };
  throw new CacheError({
    code: 'ERR_CACHE_IO',
    message: `the name ${sibling} is used by another source whose sha256 has the same beginning`,
    hint: `Remove it with: rootdisk cache rm ${sibling}`,
    details: { path: beside.path },
  });
}
