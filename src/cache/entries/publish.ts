import { rename, rm } from 'node:fs/promises';
import { defined } from '../../kit/defined.ts';
import { allDone } from '../all-done.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { requireLock } from '../locks/name-lock.ts';
import { chooseName } from '../names/choose-name.ts';
import { formatEvidence, type StoredEvidence } from '../records/evidence.ts';
import type { ImageRecord, RecordDraft } from '../records/image-record.ts';
import { noteEntries, noteOf } from '../records/noted-entries.ts';
import type { Staging } from '../staging.ts';
import { formatChecked, keepingBlocks, readDigestTable } from './blocks-file.ts';
import { syncImages } from './place-text.ts';
import { type Entry, lookAt, readEntry } from './read.ts';
import { formatStored, union } from './rewrite.ts';
import { sealDisk, sealSource } from './seal.ts';
import { SideFiles } from './side-files.ts';
import { verifyEntry } from './verify.ts';

export type { RecordDraft } from '../records/image-record.ts';

export interface PublishOptions {
  /** The planned name; the entry may be published as `name~digest` instead. */
  name: string;
  /** The staged file that becomes the disk; default: `staging.disk`. */
  from?: string | undefined;
  record: RecordDraft;
  /** Keep the download as `<name>.source`. */
  keepSource?: boolean | undefined;
  /** Documents that the trust rests on, kept as `<name>.evidence`. */
  evidence?: StoredEvidence | undefined;
  signal?: AbortSignal | undefined;
  /** Keep the staging folder, because more entries come from it. */
  keepStaging?: boolean | undefined;
}

/**
 * Turns the staged disk into an entry that never changes again. It syncs everything, then writes digests and record,
 * and renames the disk into place last; a process killed at any point leaves no disk or a complete entry. Needs the
 * lock of the name. If another source already has the name, the entry gets `~<first 8 digits of its digest>`. A disk
 * of the same source that is already there is replaced if its bytes differ; otherwise it stays and its record is
 * updated. Throws `CacheError`.
 */
export async function publishEntry(
  cache: Cache,
  staging: Staging,
  options: PublishOptions,
): Promise<Entry> {
  const { name: planned, record: draft, from, keepSource = false, evidence, signal } = options;
  cache.requireWritable();
  await requireLock(cache, planned);
  const { name, previous } = await chooseName(cache, planned, draft.source.sha256);
  const path = cache.pathOf(name);
  return await inCache(path, 'publish', async () => {
    const staged = from ?? staging.disk;
    const sealed = await sealDisk(cache, staging, name, draft, staged, signal);
    const { ready, disk, table } = sealed;
    const beside = new SideFiles(staging);
    const { stays, source, kept, stored } = await describe().finally(() => sealed.synced);
    await requireLock(cache, name);
    await keepingBlocks(cache, name, () => beside.place(cache.blocksPathOf(name)));
    await beside.place(cache.evidencePathOf(name));
    await beside.place(cache.recordPathOf(name));
    // As late as possible: if the call fails before this, the next call can resume the download.
    if (source !== undefined) await rename(source, cache.sourcePathOf(name));
    if (!stays) await rename(ready, path);
    const retired = asBookkeeping(
      cache,
      'the staging folder was not removed',
      undefined,
      async () => {
        if (options.keepStaging !== true) await staging.retire();
      },
    );
    // After the sync, the renames survive a power loss in the order in which they were done.
    await Promise.all([syncImages(cache), retired]);
    return {
      ...{ name, path, record: stored },
      ...defined({ source: kept ? cache.sourcePathOf(name) : undefined }),
    };

    /**
     * Writes all files beside the disk while the disk is flushed to the device, so that they wait for the device
     * together.
     */
    async function describe(): Promise<{
      stays: boolean;
      source: string | undefined;
      kept: boolean;
      stored: ImageRecord;
    }> {
      const old = await readEntry(cache, name);
      const stays =
        old?.record.disk.contentDigest === disk.contentDigest &&
        (await verifyEntry(old, { signal })).state !== 'damaged';
      const sourcePath = cache.sourcePathOf(name);
      const kept = keepSource || (previous?.source.kept === true && (await isThere(sourcePath)));
      if (!kept) await rm(sourcePath, { force: true });
      const { extents: _, ...described } = draft;
      const record: ImageRecord = {
        ...described,
        schema: 1,
        name,
        requests: union(draft.requests, previous?.requests),
        aliases: union(draft.aliases, previous?.aliases),
        source: { ...draft.source, kept },
        disk,
        created: new Date().toISOString(),
      };
      if (stays) {
        const { disk, decoder, created } = old.record;
        Object.assign(record, { disk, decoder, created });
      }
      const { text, stored } = formatStored(record);
      const isTabled = stays && (await readDigestTable(old)).table !== undefined;
      const blocks = isTabled ? undefined : formatChecked(cache, name, table, record.disk);
      let source: string | undefined;
      await allDone([
        (async () => {
          if (keepSource) source = await sealSource(cache, staging, ready, draft.source.sizeBytes);
        })(),
        keepingBlocks(cache, name, () => beside.write(cache.blocksPathOf(name), blocks)),
        beside.write(cache.evidencePathOf(name), evidence && formatEvidence(evidence)),
        beside.write(cache.recordPathOf(name), text),
        // A new disk is the newest of its requests; for a disk that stays, a newer one may exist.
        noteEntries(cache, record.requests, [noteOf(record)], { begin: !stays }),
      ]);
      return { stays, source, kept, stored };
    }
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await lookAt(path)) !== undefined;
}
