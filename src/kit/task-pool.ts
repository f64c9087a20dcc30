import type { LimitFunction } from 'p-limit';

/** Runs at most `width` tasks at once, in the order of submission. */
export interface TaskPool {
  readonly width: number;
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** Makes a pool; p-limit is loaded with the first task. */
export function createTaskPool(width: number): TaskPool {
  let limiter: Promise<LimitFunction> | undefined;
  return {
    width,
    async run(task) {
      limiter ??= import('p-limit').then((module) => module.default(width));
      return (await limiter)(task);
    },
  };
}
