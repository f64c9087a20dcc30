import { awaitBackgroundWork } from '../cache/background-work.ts';
import { type Entry, readEntry } from '../cache/entries/read.ts';
import { type Lease, leaseName } from '../cache/locks/lease.ts';
import { digestsOf } from '../cache/records/source-digests.ts';
import type { EnsuredImage } from '../contracts/image.ts';
import { CacheError } from '../errors.ts';
import { warningsOf } from '../image/allowances.ts';
import { defined } from '../kit/defined.ts';
import { toBootFiles } from './boot/boot-entries.ts';
import type { BootSet } from './boot/boot-set.ts';
import type { Call } from './call.ts';
import type { Obtained } from './look.ts';
import { readBundleManifest } from './members/read-manifest.ts';
import { sourceUuid } from './source-uuid.ts';
import { isSignerAllowed } from './trust/fits-call.ts';
import { effectiveLevel } from './trust/levels.ts';
import { uniqueWarnings } from './trust/merge-evidence.ts';

/** The caller's result for an entry. It is leased first, so that it is not pruned while the process lives. */
export async function toEnsuredImage(
  call: Call,
  obtained: Obtained,
  boot?: BootSet,
): Promise<EnsuredImage> {
  const image = await giveImage(call, obtained, boot);
  if (image === undefined) throw removed(obtained.entry);
  return image;
}

/** Like `toEnsuredImage`, for an entry that was found without its lock; `undefined` if it was removed meanwhile. */
export async function giveImage(
  call: Call,
  { entry, origin, level }: Obtained,
  boot?: BootSet,
): Promise<EnsuredImage | undefined> {
  const named = entry.record.facts['manifest'];
  const manifest = named === undefined ? undefined : await readEntry(call.cache, named);
  const dispose = await leaseAll(call, [entry, boot?.kernel, boot?.initrd, manifest]);
  if (dispose === undefined || (named !== undefined && manifest === undefined)) {
    await dispose?.();
    return undefined;
  }
  const { record } = entry;
  const { trust } = record;
  const pinned = call.options.digest !== undefined;
  // A signature with a key that only another call gave does not count for this call.
  const signed =
    trust.level !== 'signed' || (await isSignerAllowed(call, entry)) ? trust : undefined;
  // The signer of a pin is the one at the time of pinning and is not proved again, so the result is the same on every
  // machine.
  const locked = call.options.trust === 'signed' ? undefined : call.locked?.image.trust;
  const told = locked ?? signed;
  const proven = effectiveLevel(signed?.level ?? level ?? 'none', pinned);
  const toldLevel = locked === undefined ? proven : 'pinned';
  const image: EnsuredImage = {
    path: entry.path,
    format: record.format,
    ...record.identity,
    sizeBytes: record.disk.sizeBytes,
    virtualSize: record.disk.virtualSize,
    url: record.source.url,
    digests: digestsOf(record.source),
    trust: {
      level: toldLevel,
      pinned,
      ...defined({
        signer: told?.signer,
        signedAt: told?.signedAt === undefined ? undefined : new Date(told.signedAt),
      }),
      warnings: uniqueWarnings([
        ...trust.warnings,
        ...warningsOf(record.allowed ?? []),
        ...call.warnings,
      ]),
    },
    origin,
    ...defined({
      source: entry.source,
      boot: boot && toBootFiles(boot, call, toldLevel),
      guest: record.guest,
      content: record.content,
      manifest: manifest && (await readBundleManifest(manifest)),
    }),
    uuid: sourceUuid(record.source.sha256),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
  call.progress.done(origin, image.path);
  return image;
}

/** Leases all entries, or none; `undefined` if one of them is gone. */
async function leaseAll(
  call: Call,
  entries: readonly (Entry | undefined)[],
): Promise<(() => Promise<void>) | undefined> {
  const leases: Lease[] = [];
  const release = async (): Promise<void> => {
    for (const lease of leases) await lease.release();
    // A process that ends right after this leaves no work for the next one.
    await awaitBackgroundWork(call.cache.imagesDir);
  };
  try {
    for (const entry of entries) {
      if (entry === undefined) continue;
      leases.push(await leaseName(call.cache, entry.name, { signal: call.signal }));
      // Read again under the lease: from now on it cannot be removed, but it may have been removed before.
      if ((await readEntry(call.cache, entry.name)) !== undefined) continue;
      await release();
      return undefined;
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

function removed({ name, path }: Entry): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${name} was removed from the cache during the call`,
    hint: 'Run the call again.',
    details: { path, errno: 'ENOENT' },
  });
}
