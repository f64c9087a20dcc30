import { readFile } from 'node:fs/promises';
import { parseBundleManifest } from '../../bundles/manifest.ts';
import { inCache } from '../../cache/cache-error.ts';
import type { Entry } from '../../cache/entries/read.ts';

/** The manifest of a cached bundle; its length was bounded when it was made, and matches the record. */
export async function readBundleManifest({
  path,
}: Entry): Promise<Readonly<Record<string, unknown>>> {
  return parseBundleManifest(await inCache(path, 'read', () => readFile(path, 'utf8')));
}
