import type { CatalogEntry } from '../../catalog/catalog.ts';
import { readCatalog, shippedName } from '../../catalog/read-catalog.ts';
import type { Call } from '../call.ts';

/** The catalog of a call: the one that it names, or that of this package for the vendors that are available. */
export async function readCatalogOf({
  options: { catalog },
  parts,
}: Pick<Call, 'options' | 'parts'>): Promise<{ path: string; images: readonly CatalogEntry[] }> {
  const { images } = await readCatalog(catalog);
  if (catalog !== undefined) return { path: catalog, images };
  return { path: shippedName, images: images.filter(({ vendor }) => parts.vendors.has(vendor)) };
}
