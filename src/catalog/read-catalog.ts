import { readFile, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { UsageError } from '../errors.ts';
import type { Catalog } from './catalog.ts';
import { parseCatalog, parseCatalogContent } from './parse-catalog.ts';

/** Longer than a catalog of 10,000 images. */
const maxBytes = 64 * 1024 * 1024;

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
  let text: string;
  try {
    const stats = await stat(path);
    const isFile = stats.isFile() || path === devNull;
    if (!isFile || stats.size > maxBytes) throw new Error('it is no file of that kind');
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `cannot read the catalog ${path}: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'Give the path of a catalog with catalog (--catalog), or leave it out for the one of this package.',
      details: { field: 'catalog', value: path },
      cause,
    });
  }
  return parseCatalog(text, path);
}
