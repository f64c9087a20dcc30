/**
 * Runs jobs in parallel and yields their results in the order of the jobs. At most `width` of them are running or wait
 * to be consumed; the next one is requested when one was consumed.
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
      // Awaited later in its turn; the empty handler keeps Node from reporting the failure earlier.
      result.catch(() => {});
      open.push(result);
      if (open.length < width) continue;
      const first = open.shift();
      if (first !== undefined) yield await first;
    }
    for (let first = open.shift(); first !== undefined; first = open.shift()) yield await first;
  } finally {
    // The caller closes the file after this: no read may be running then.
    await Promise.allSettled(open);
  }
}
