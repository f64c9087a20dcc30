import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../built-package.ts';
import { median } from '../statistics.ts';
import { fillCache } from './fill-cache.ts';

/** Times of one kind of call in milliseconds, by the number of disks in the cache. */
export interface Hit {
  title: string;
  caches: { disks: number; ms: number[] }[];
}

type EnsureImage = (
  reference: string,
  options: object,
) => Promise<{ origin: string; path: string; dispose(): Promise<void> }>;

const warmUps = 20;
const calls = 100;

/**
 * Hits in this process, in caches of several sizes in turn. `folder` is empty; the caches stay in it, named by their
 * size.
 */
export async function measureHits(folder: string, sizes: readonly number[]): Promise<Hit[]> {
  const { ensureImage } = (await import(pathToFileURL(`${root}dist/index.js`).href)) as {
    ensureImage: EnsureImage;
  };
  const [first, ...others] = sizes.map((disks) => ({
    disks,
    cacheDir: join(folder, String(disks)),
  }));
  if (first === undefined) return [];
  const { identity, source } = await fillCache(first.cacheDir, first.disks);
  for (const { cacheDir, disks } of others) await fillCache(cacheDir, disks);
  const asked = `${identity.vendor}:${identity.release}`;
  const kinds: [title: string, reference: string, options: object][] = [
    ['a build that is pinned', `${asked}@${identity.snapshot}`, {}],
    ['a digest that is pinned', asked, { digest: `sha256:${source.sha256}` }],
    ['offline', asked, { offline: true }],
  ];
  const hits: Hit[] = [];
  for (const [title, reference, options] of kinds) {
    const caches = [first, ...others].map((cache) => ({ ...cache, ms: [] as number[] }));
    for (let call = 0; call < warmUps + calls; call += 1) {
      for (const { cacheDir, ms } of caches) {
        const took = await timeHit(ensureImage, reference, { cacheDir, arch: 'amd64', ...options });
        if (call >= warmUps) ms.push(took);
      }
    }
    hits.push({ title, caches: caches.map(({ disks, ms }) => ({ disks, ms })) });
  }
  return hits;
}

async function timeHit(
  ensureImage: EnsureImage,
  reference: string,
  options: object,
): Promise<number> {
  const started = performance.now();
  const image = await ensureImage(reference, options);
  const ms = performance.now() - started;
  await image.dispose();
  if (image.origin !== 'cache') throw new Error('a hit went to the network');
  return ms;
}

/** The time of a call in the last cache, divided by that in the first. */
export function growthOf({ caches }: Hit): number {
  return median(caches.at(-1)?.ms ?? []) / median(caches[0]?.ms ?? []);
}
