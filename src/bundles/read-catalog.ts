import { readFile, stat } from 'node:fs/promises';
import type { BundleCatalog } from '../contracts/bundle.ts';
import { UsageError } from '../errors.ts';
import { parseBundleCatalog, shippedBundles } from './parse-catalog.ts';

/** Longer than a catalog of 10,000 bundles. */
const maxBytes = 16 * 1024 * 1024;

/**
 * The catalog at a path, or the shipped one without a path. Throws `ERR_INVALID_REQUEST` if the file cannot be read
 * as a catalog.
 */
export async function readBundleCatalog(path: string | undefined): Promise<BundleCatalog> {
  if (path === undefined) return shippedBundles;
  let text: string;
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > maxBytes) throw new Error('it is no file of that kind');
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `cannot read the bundle catalog ${path}: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'Give the path of a bundle catalog that can be read with bundles (--bundles).',
      details: { field: 'bundles', value: path },
      cause,
    });
  }
  return parseBundleCatalog(text, path);
}
