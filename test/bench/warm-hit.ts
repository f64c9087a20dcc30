import { pathToFileURL } from 'node:url';
import { root } from './built-package.ts';
import { median } from './statistics.ts';

/** Times of calls that the cache answers, in milliseconds. */
export interface WarmHits {
  calls: number;
  medianMs: number;
  minMs: number;
  maxMs: number;
}

const warmUps = 50;
const calls = 200;

/** Fills the cache with a pinned reference, and calls repeatedly in this process. */
export async function measureWarmHits(
  reference: string,
  options: { cacheDir: string; mirrors: Record<string, string>; keys: string[] },
): Promise<WarmHits> {
  const { ensureImage } = (await import(pathToFileURL(`${root}dist/index.js`).href)) as {
    ensureImage: (
      reference: string,
      options: object,
    ) => Promise<{ origin: string; dispose(): Promise<void> }>;
  };
  const times: number[] = [];
  for (let call = 0; call <= warmUps + calls; call += 1) {
    const started = performance.now();
    const image = await ensureImage(reference, { arch: 'amd64', ...options });
    const ms = performance.now() - started;
    await image.dispose();
    if (call > 0 && image.origin !== 'cache') throw new Error('a warm call went to the network');
    if (call > warmUps) times.push(ms);
  }
  const [minMs, maxMs] = [Math.min(...times), Math.max(...times)];
  return { calls, medianMs: median(times), minMs, maxMs };
}
