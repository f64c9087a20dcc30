import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertImage, isImageError } from '../../../src/index.ts';

/**
 * Converts files one after the other in a separate process, so that its memory and permissions can be limited from
 * outside: `convert-rows.ts <jobs.json>`. Prints one line of JSON for each job, then one with the peak resident memory.
 */
export interface ConvertJob {
  file: string;
  from?: string[] | undefined;
  entry?: string | undefined;
  virtualBytes: number;
}

/** The result of a job: a disk, or the code and reason of the error. */
export interface ConvertOutcome {
  output?: string;
  code?: string;
  reason?: string;
  message?: string;
  ms: number;
  left: string[];
}

if (process.argv[1] === import.meta.filename) {
  const { readFile } = await import('node:fs/promises');
  const [jobsFile = '', folder = ''] = process.argv.slice(2);
  const jobs: ConvertJob[] = JSON.parse(await readFile(jobsFile, 'utf8'));
  for (const [index, job] of jobs.entries()) {
    const outcome = await convert(job, join(folder, String(index)));
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  }
  process.stdout.write(`${JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
}

async function convert(job: ConvertJob, folder: string): Promise<ConvertOutcome> {
  await mkdir(folder, { recursive: true });
  const started = performance.now();
  const output = join(folder, 'disk.raw');
  const took = (): number => performance.now() - started;
  try {
    const { file, from, entry, virtualBytes } = job;
    await convertImage(file, output, { from, entry, limits: { virtualBytes, members: 10_000 } });
    return { output, ms: took(), left: [] };
  } catch (error) {
    const left = await readdir(folder);
    await rm(folder, { recursive: true });
    if (isImageError(error)) {
      const { code, message, details } = error;
      const reason = 'reason' in details ? String(details.reason) : code;
      return { code, reason, message, ms: took(), left };
    }
    return { code: 'untyped', message: String(error), ms: took(), left };
  }
}

/** A helper for the importer: jobs as a file. */
export async function writeJobs(path: string, jobs: ConvertJob[]): Promise<void> {
  await writeFile(path, JSON.stringify(jobs));
}
