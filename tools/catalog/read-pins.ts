import type { CatalogEntry, CatalogPin } from '../../src/catalog/catalog.ts';
import { defined } from '../../src/kit/defined.ts';
import { parseDigest } from '../../src/kit/digest.ts';
import { compareVersions } from '../../src/kit/versions.ts';
import { defaultAlias } from '../../src/lockfile/alias.ts';
import { defaultVariants, readPinName } from './pin-names.ts';
import { type Candidate, placePin } from './place-pin.ts';

/**
 * The newest pin of each release and variant in a table of pins (`vendor`, `arch`, `url`, `digest` and the day when it
 * was first seen, separated by tabs, after a header line).
 */
export function readPins(text: string): CatalogEntry[] {
  const found = text.split('\n').slice(1).flatMap(readRow);
  const codenames = new Map(
    found.flatMap(({ vendor, release, codename }) =>
      codename === undefined ? [] : [[`${vendor}:${release}`, codename] as const],
    ),
  );
  const sorted = found.sort((a, b) => compareVersions(a.snapshot, b.snapshot));
  let images: CatalogEntry[] = [];
  for (const one of sorted) {
    const codename = codenames.get(`${one.vendor}:${one.release}`);
    images = placePin(images, { ...one, ...defined({ codename }) });
  }
  return images;
}

function readRow(row: string): Candidate[] {
  const [vendor = '', , url = '', digest = '', bumpedAt = ''] = row.split('\t');
  const named = vendor === '' ? undefined : readPinName(vendor, url);
  if (named === undefined) return [];
  const isDefault = defaultVariants[vendor] === named.variant;
  const stem = defaultAlias(vendor, named.release);
  const pin: CatalogPin = { url, digest: parseDigest(digest, url) };
  const alias = isDefault ? stem : `${stem}-${named.variant}`;
  return [{ ...named, alias, bumpedAt, pin, ...defined({ default: isDefault || undefined }) }];
}
