import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender, Job, JobOutcome, Outcome, Sample } from './contender.ts';
import { digestDisk } from './digest-disk.ts';
import { runSteps } from './run-steps.ts';

/** Runs all contenders of a job in turn, A B C, A B C …, so that a busy moment of the machine affects all of them. */
export async function measureJob(
  job: Job,
  runs: number,
  scratch: string,
  say: (text: string) => void,
): Promise<JobOutcome> {
  const outcomes = job.contenders.map(
    ({ name, floor = false }): Outcome => ({ name, floor, samples: [] }),
  );
  for (let run = 1; run <= runs; run += 1) {
    for (const [i, contender] of job.contenders.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined || outcome.failure !== undefined) continue;
      try {
        const sample = await measure(contender, join(scratch, 'run'));
        outcome.samples.push(sample);
        say(`${job.title}, ${contender.name}, run ${run}: ${Math.round(sample.ms)} ms`);
      } catch (error) {
        outcome.failure = error instanceof Error ? error.message : String(error);
        say(`${job.title}, ${contender.name}, run ${run}: ${outcome.failure}`);
      }
    }
  }
  return { title: job.title, ...(job.note === undefined ? {} : { note: job.note }), outcomes };
}

/**
 * One run; its result is compared and removed, so that no run waits for data that another one is still writing back.
 */
async function measure(contender: Contender, folder: string): Promise<Sample> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  try {
    const { ms, peakBytes, printed } = await runSteps(contender.steps(folder));
    const sized = contender.sized?.(folder);
    const room = sized === undefined ? {} : { madeBytes: (await stat(sized)).blocks * 512 };
    const made = contender.made(folder, printed);
    const started = performance.now();
    await flush(made);
    const flushedMs = ms + performance.now() - started;
    const digest = await digestDisk(made);
    if (digest !== contender.expected) throw new Error('made other bytes than expected');
    return { ms, flushedMs, peakBytes, ...room };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}
