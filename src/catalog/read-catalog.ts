import { devNull } from 'node:os';
import { readGivenFile } from '../parts/read-given-file.ts';
import type { Catalog } from './catalog.ts';
import { parseCatalog, parseCatalogContent } from './parse-catalog.ts';

/** The name of this package's catalog in messages. */
export const shippedName = 'the catalog';

let shipped: Promise<Catalog> | undefined;

/** The catalog at a path, or without a path the catalog of this package, which is loaded on first use. */
export async function readCatalog(path: string | undefined): Promise<Catalog> {
  if (path === undefined) {
    shipped ??= import('./catalog.json', { with: { type: 'json' } }).then((module) =>
      parseCatalogContent(module.default, shippedName),
    );
    return await shipped;
  }
  if (path === devNull) return parseCatalog('', path);
  const text = await readGivenFile(path, {
    called: 'the catalog',
    field: 'catalog',
    hint: 'Give the path of a catalog with catalog (--catalog), or leave it out for the one of this package.',
    // Longer than a catalog of 10,000 images.
    maxBytes: 64 * 1024 * 1024,
  });
  return parseCatalog(text, path);
}
