import { leaseName } from './cache/lease.ts';
import type { Entry } from './cache/read-entry.ts';
import type { Call } from './call.ts';
import type { EnsuredImage } from './contracts/image.ts';
import { effectiveLevel } from './trust-policy.ts';
import { sourceUuid } from './uuid.ts';

/** What the caller gets for an entry; leases it first, so that it is not pruned while the process lives. */
export async function toEnsuredImage(
  call: Call,
  entry: Entry,
  origin: EnsuredImage['origin'],
): Promise<EnsuredImage> {
  const lease = await leaseName(call.cache, entry.name);
  const { record } = entry;
  const { trust } = record;
  const pinned = call.options.digest !== undefined;
  const image: EnsuredImage = {
    path: entry.path,
    format: record.format,
    identity: record.identity,
    sizeBytes: record.disk.sizeBytes,
    virtualSize: record.disk.virtualSize,
    url: record.source.url,
    digests: [`sha256:${record.source.sha256}`, `sha512:${record.source.sha512}`],
    trust: {
      level: effectiveLevel(trust.level, pinned),
      pinned,
      ...(trust.signer === undefined ? {} : { signer: trust.signer }),
      ...(trust.signedAt === undefined ? {} : { signedAt: new Date(trust.signedAt) }),
      warnings: [...call.warnings],
    },
    origin,
    ...(entry.source === undefined ? {} : { source: entry.source }),
    ...(record.guest === undefined ? {} : { guest: record.guest }),
    uuid: sourceUuid(record.source.sha256),
    release: () => lease.release(),
  };
  call.progress.done(origin, image.path);
  return image;
}
