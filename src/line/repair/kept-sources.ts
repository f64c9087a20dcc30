import { hashFile } from '../../cache/digest/hash-disk.ts';
import { listNames } from '../../cache/entries/names-on-disk.ts';
import { lookAt, readEntry } from '../../cache/entries/read.ts';
import { verifyEntry } from '../../cache/entries/verify.ts';
import { baseName, buildName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { IntegrityError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Call } from '../call.ts';

/** A file of the cache from which a damaged disk can be decoded. */
export interface KeptSource {
  path: string;
  /** A description for people. */
  what: string;
  /** As in the record of the disk: the layers around it, outermost first, and its member in an archive. */
  layers: string[];
  entry?: string;
  /**
   * True if it is the download itself, which stays where it is: the disk can be fetched from it as from an address.
   */
  isDownload: boolean;
  /** Reads it to its end; throws `ERR_DIGEST` if it is damaged too. */
  verify(): Promise<void>;
}

/**
 * The cached files of a disk's source, with the recorded length: the download beside it or beside another file of the
 * same build, the same image in the vendor's own format, and an interrupted download. Needs the lock of the name.
 */
export async function keptSources(call: Call, record: ImageRecord): Promise<KeptSource[]> {
  const { cache } = call;
  const found: KeptSource[] = [];
  const add = async (path: string, what: string, isDownload = true): Promise<void> => {
    const stats = await lookAt(path);
    if (stats?.isFile() !== true || stats.size !== record.source.sizeBytes) return;
    const entry = record.facts['entry'];
    const verify = async () => {
      if ((await hashFile(path, call.signal)) !== record.source.sha256)
        throw damagedToo(path, what);
    };
    found.push({ path, what, layers: record.layers, ...defined({ entry }), isDownload, verify });
  };
  await add(cache.sourcePathOf(record.name), 'its kept download');
  for (const { name } of await listNames(cache, buildName(record.name))) {
    if (name === record.name || buildName(name) !== buildName(record.name)) continue;
    const other = await readEntry(cache, name);
    if (other?.record.source.sha256 !== record.source.sha256) continue;
    await add(cache.sourcePathOf(name), `the kept download of ${name}`);
    const { disk, format } = other.record;
    if (disk.sha256 === record.source.sha256) await add(other.path, name);
    else if (format !== 'raw' && format === record.layers.at(-1)) {
      const verify = async () => {
        const { state } = await verifyEntry(other, { signal: call.signal });
        if (state === 'damaged') throw damagedToo(other.path, name);
      };
      found.push({ path: other.path, what: name, layers: [format], isDownload: false, verify });
    }
  }
  const unfinished = `${cache.stagingPathOf(baseName(record.name))}/download`;
  await add(unfinished, 'an unpublished download', false);
  return found;
}

function damagedToo(path: string, what: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${what} is damaged too`,
    hint: 'Run: rootdisk cache verify --repair',
    details: { fileName: path, reason: 'damaged' },
  });
}
