import type { BundleCatalog } from '../contracts/bundle.ts';
import { readGivenFile } from '../parts/read-given-file.ts';
import { parseBundleCatalog, shippedBundles } from './parse-catalog.ts';

/**
 * The catalog at a path, or the shipped one without a path. Throws `ERR_INVALID_REQUEST` if the file cannot be read
 * as a catalog.
 */
export async function readBundleCatalog(path: string | undefined): Promise<BundleCatalog> {
  if (path === undefined) return shippedBundles;
  const text = await readGivenFile(path, {
    called: 'the bundle catalog',
    field: 'bundles',
    hint: 'Give the path of a readable bundle catalog with bundles (--bundles).',
    // Longer than a catalog of 10,000 bundles.
    maxBytes: 16 * 1024 * 1024,
  });
  return parseBundleCatalog(text, path);
}
