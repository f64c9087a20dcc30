import type { Cache } from './cache.ts';

type Running = Map<string, Set<Promise<void>>>;

/** Running tasks, by images folder. */
const tidying: Running = new Map();
const rest: Running = new Map();

/**
 * Starts work that no caller waits for, such as removing a staging folder. A failure goes only to the log: the caller
 * already has its result, and the next call repeats the work. The work must not need the lock of a name.
 */
export function startCleanUp(cache: Cache, what: string, work: () => Promise<unknown>): void {
  begin(tidying, cache, what, work);
}

/**
 * Like `startCleanUp`, for work that frees no space and may take long, such as offering a file to other machines. The
 * next download does not wait for it.
 */
export function startBackgroundWork(
  cache: Cache,
  what: string,
  work: () => Promise<unknown>,
): void {
  begin(rest, cache, what, work);
}

/**
 * Resolves when the `startCleanUp` tasks of this process have ended, for one images folder or for all. Never rejects.
 */
export async function awaitCleanUps(imagesDir?: string): Promise<void> {
  await allOf([tidying], imagesDir);
}

/** Resolves when the tasks of both kinds have ended. Never rejects. */
export async function awaitBackgroundWork(imagesDir?: string): Promise<void> {
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
