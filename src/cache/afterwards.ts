import type { Cache } from './cache.ts';

/** What is under way, by the folder of its cache. */
const running = new Map<string, Set<Promise<void>>>();

/**
 * Begins work that no caller waits for, such as removing what a disk was made of. What goes wrong is told to the log alone: the
 * caller has its answer, and the next call does the work again. It must not need the lock of a name.
 */
export function afterwards(cache: Cache, what: string, work: () => Promise<unknown>): void {
  const { imagesDir } = cache;
  const mine = running.get(imagesDir) ?? new Set();
  running.set(imagesDir, mine);
  const doing = work()
    .then(
      () => {},
      (error: unknown) => cache.log({ level: 'warn', message: `${what}: ${error}` }),
    )
    .finally(() => {
      mine.delete(doing);
      if (mine.size === 0) running.delete(imagesDir);
    });
  mine.add(doing);
}

/** Resolves when this process does no such work any more, in one images folder or in all. Never rejects. */
export async function allTidied(imagesDir?: string): Promise<void> {
  for (;;) {
    const open = [...running].filter(([dir]) => imagesDir === undefined || dir === imagesDir);
    if (open.length === 0) return;
    await Promise.allSettled(open.flatMap(([, works]) => [...works]));
  }
}
