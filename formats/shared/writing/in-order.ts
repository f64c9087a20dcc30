/**
 * Runs jobs side by side and hands out what they come to in the order of the jobs. At most `width` of them are under way or
 * wait to be taken; the next one is asked for when one was taken.
 */
export async function* inOrder<Job, Result>(
  jobs: Iterable<Job>,
  width: number,
  run: (job: Job) => Promise<Result>,
): AsyncGenerator<Result> {
  const open: Promise<Result>[] = [];
  try {
    for (const job of jobs) {
      const result = run(job);
      // Awaited in its turn; until then its failure is not unhandled.
      result.catch(() => {});
      open.push(result);
      if (open.length < width) continue;
      const first = open.shift();
      if (first !== undefined) yield await first;
    }
    for (let first = open.shift(); first !== undefined; first = open.shift()) yield await first;
  } finally {
    // The file is closed after this: no read may be under way then.
    await Promise.allSettled(open);
  }
}
