import type { Cache } from './cache.ts';

type Running = Map<string, Set<Promise<void>>>;

/** What is under way, by the folder of its cache. */
const tidying: Running = new Map();
const rest: Running = new Map();

/**
 * Begins work that no caller waits for, such as removing what a disk was made of. What goes wrong is told to the log alone: the
 * caller has its answer, and the next call does the work again. It must not need the lock of a name.
 */
export function afterwards(cache: Cache, what: string, work: () => Promise<unknown>): void {
  begin(tidying, cache, what, work);
}

/** The same of work that frees nothing and may take long, such as giving a file to others: the next fetch does not wait for it. */
export function lastly(cache: Cache, what: string, work: () => Promise<unknown>): void {
  begin(rest, cache, what, work);
}

/** Resolves when this process removes nothing any more, in one images folder or in all. Never rejects. */
export async function allTidied(imagesDir?: string): Promise<void> {
  await allOf([tidying], imagesDir);
}

/** Resolves when this process does no such work of either kind any more. Never rejects. */
export async function allEnded(imagesDir?: string): Promise<void> {
  await allOf([tidying, rest], imagesDir);
}

function begin(
  running: Running,
  { imagesDir, log }: Cache,
  what: string,
  work: () => Promise<unknown>,
): void {
  const mine = running.get(imagesDir) ?? new Set();
  running.set(imagesDir, mine);
  const doing = work()
    .then(
      () => {},
      (error: unknown) => log({ level: 'warn', message: `${what}: ${error}` }),
    )
    .finally(() => {
      mine.delete(doing);
      if (mine.size === 0) running.delete(imagesDir);
    });
  mine.add(doing);
}

async function allOf(kinds: readonly Running[], imagesDir: string | undefined): Promise<void> {
  for (;;) {
    const all = kinds.flatMap((running) => [...running]);
    const open = all.filter(([dir]) => imagesDir === undefined || dir === imagesDir);
    if (open.length === 0) return;
    await Promise.allSettled(open.flatMap(([, works]) => [...works]));
  }
}
