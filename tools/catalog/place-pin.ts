import type { CatalogEntry, CatalogPin } from '../../src/catalog/catalog.ts';
import type { Arch } from '../../src/contracts/arch.ts';
import { defined } from '../../src/kit/defined.ts';
import { compareVersions } from '../../src/kit/versions.ts';

/** A build of one architecture to be added to the catalog. */
export interface Candidate extends Omit<CatalogEntry, 'arch'> {
  arch: Arch;
  pin: CatalogPin;
}

/**
 * The images with this build in its entry. Version, snapshot and day of the entry are those of its newest build; an
 * architecture with another build has its own.
 */
export function placePin(images: readonly CatalogEntry[], fresh: Candidate): CatalogEntry[] {
  const before = images.find(({ alias }) => alias === fresh.alias);
  const { arch, pin, ...head } = fresh;
  const { version, snapshot, bumpedAt } = head;
  const pins = {
    ...spell(before),
    [arch]: { ...pin, ...defined({ version, snapshot, bumpedAt }) },
  };
  const [newest] = Object.values(pins).sort((a, b) =>
    compareVersions(b.snapshot ?? '', a.snapshot ?? ''),
  );
  const { latest = before?.latest } = head;
  const merged: CatalogEntry = {
    ...before,
    ...head,
    ...defined({ latest, version: newest?.version }),
    snapshot: newest?.snapshot ?? snapshot,
    bumpedAt: newest?.bumpedAt ?? bumpedAt,
    arch: {},
  };
  for (const [name, one] of Object.entries(pins)) {
    Object.assign(merged.arch, { [name]: withoutCommon(one, merged) });
  }
  return [...images.filter(({ alias }) => alias !== fresh.alias), merged];
}

/** The pins of an entry, each with its own version, snapshot and day. */
function spell(entry: CatalogEntry | undefined): Partial<Record<Arch, CatalogPin>> {
  if (entry === undefined) return {};
  const { version, snapshot, bumpedAt } = entry;
  const pairs = Object.entries(entry.arch).map(([arch, pin]) => [
    arch,
    { ...defined({ version }), snapshot, bumpedAt, ...pin },
  ]);
  return Object.fromEntries(pairs);
}

function withoutCommon(pin: CatalogPin, entry: CatalogEntry): CatalogPin {
  const { version, snapshot, bumpedAt, ...file } = pin;
  return {
    ...file,
    ...defined({
      version: version === entry.version ? undefined : version,
      snapshot: snapshot === entry.snapshot ? undefined : snapshot,
      bumpedAt: bumpedAt === entry.bumpedAt ? undefined : bumpedAt,
    }),
  };
}
