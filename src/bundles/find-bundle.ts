import type { Arch } from '../contracts/arch.ts';
import type { BundleCatalog, BundleEntry, BundleKind } from '../contracts/bundle.ts';
import { defined } from '../kit/defined.ts';
import { notFound } from '../kit/not-found.ts';
import { checkBundleName } from './check-name.ts';

/** Search conditions in addition to the name. */
export interface FindBundleOptions {
  /** Default: any; the first one in the catalog is returned. */
  arch?: Arch | undefined;
  /** Default: `image`. */
  kind?: BundleKind | undefined;
}

/**
 * The bundle with this name. Throws `ERR_NOT_FOUND`, which lists what the catalog has instead, and
 * `ERR_INVALID_REQUEST` for an invalid name.
 */
export function findBundle(
  { entries }: BundleCatalog,
  name: string,
  { arch, kind = 'image' }: FindBundleOptions = {},
): BundleEntry {
  const named = entries.filter((entry) => entry.name === checkBundleName(name));
  const ofKind = named.filter((entry) => entry.kind === kind);
  const found = ofKind.find((entry) => arch === undefined || entry.arch === arch);
  if (found !== undefined) return found;
  if (ofKind.length > 0) {
    const known = ofKind.map((entry) => entry.arch);
    throw notFound({ vendor: 'bundle', field: 'arch', value: arch ?? '', known });
  }
  const known = entries.filter((entry) => entry.kind === kind).map((entry) => entry.name);
  const other = kind === 'image' ? 'a kernel and no image' : 'an image and no kernel';
  const hint =
    named.length > 0
      ? `${name} is ${other}; ask for a bundle of the other kind.`
      : known.length === 0
        ? 'Name the catalog of the bundle with bundles (--bundles).'
        : undefined;
  const field = kind === 'image' ? 'release' : 'kernel';
  throw notFound({ vendor: 'bundle', field, value: name, known, ...defined({ hint }) });
}
