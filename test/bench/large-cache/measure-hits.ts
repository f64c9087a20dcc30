import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../built-package.ts';
import { median } from '../statistics.ts';
import { fillCache } from './fill-cache.ts';

/** Times of one kind of call in milliseconds: with many disks in the cache, and with a single one. */
export interface Hit {
  title: string;
  manyMs: number[];
  singleMs: number[];
}

type EnsureImage = (
  reference: string,
  options: object,
) => Promise<{ origin: string; path: string; dispose(): Promise<void> }>;

const warmUps = 20;
const calls = 100;

/**
 * Hits in this process, in a cache with `count` disks and beside it in one with a single disk, in turn. `folder` is empty;
 * the large cache stays in `folder/many`.
 */
export async function measureHits(folder: string, count: number): Promise<Hit[]> {
  const { ensureImage } = (await import(pathToFileURL(`${root}dist/index.js`).href)) as {
    ensureImage: EnsureImage;
  };
  const [many, single] = [join(folder, 'many'), join(folder, 'single')];
  const { identity, source } = await fillCache(many, count);
  await fillCache(single, 1);
  const asked = `${identity.vendor}:${identity.release}`;
  const kinds: [title: string, reference: string, options: object][] = [
    ['a build that is pinned', `${asked}@${identity.snapshot}`, {}],
    ['a digest that is pinned', asked, { digest: `sha256:${source.sha256}` }],
    ['offline', asked, { offline: true }],
  ];
  const hits: Hit[] = [];
  for (const [title, reference, options] of kinds) {
    const hit: Hit = { title, manyMs: [], singleMs: [] };
    for (let call = 0; call < warmUps + calls; call += 1) {
      for (const cacheDir of [many, single]) {
        const ms = await timeHit(ensureImage, reference, { cacheDir, arch: 'amd64', ...options });
        if (call >= warmUps) (cacheDir === many ? hit.manyMs : hit.singleMs).push(ms);
      }
    }
    hits.push(hit);
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

/** How many times as long a call takes with many disks. */
export function growthOf({ manyMs, singleMs }: Hit): number {
  return median(manyMs) / median(singleMs);
}
