import { basename } from 'node:path';
import { defined } from '../kit/defined.ts';
import type { LockEntry, LockedImage } from '../lockfile/lock-file.ts';
import type { CatalogEntry, CatalogPin } from './catalog.ts';

/** Converts an entry of a catalog to an entry of a lock file. */
export function lockCatalogued(entry: CatalogEntry): LockEntry {
  const { alias, vendor, release, arch } = entry;
  const images = Object.entries(arch).map(([name, pin]) => [name, imageOf(entry, pin)] as const);
  return { alias, request: `${vendor}:${release}`, architectures: Object.fromEntries(images) };
}

function imageOf(entry: CatalogEntry, pin: CatalogPin): LockedImage {
  const { release, codename, variant, layers, signer, eol } = entry;
  const { url, digest, sizeBytes, bumpedAt = entry.bumpedAt } = pin;
  return {
    ...{ release, variant, snapshot: pin.snapshot ?? entry.snapshot, layers },
    ...{ digests: [digest], url, fileName: basename(new URL(url).pathname) },
    ...defined({ codename, version: pin.version ?? entry.version, sizeBytes }),
    ...defined({ guest: eol === undefined ? undefined : { eol } }),
    trust: { level: 'pinned', ...defined({ signer }) },
    locked: `${bumpedAt}T00:00:00.000Z`,
  };
}
