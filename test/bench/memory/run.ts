import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage, cli, root } from '../built-package.ts';
import type { Job } from '../contender.ts';
import { conversions } from '../conversions/readers.ts';
import { writers } from '../conversions/writers.ts';
import { prepareImages } from '../prepare-images.ts';
import { findPrograms } from '../programs.ts';
import { runSteps } from '../run-steps.ts';
import { startNginx } from '../start-nginx.ts';
import { layOutSite, wholeJobs } from '../whole-jobs.ts';

/** Prints a table of each job's peak memory: of the built package, and of its sources run by Node.js. */
const scratch = await mkdtemp(join(tmpdir(), 'rootdisk-peaks-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const sources = join(root, 'src/cli/main.ts');
const folder = join(scratch, 'run');

buildPackage();
const programs = findPrograms();
const images = await prepareImages(scratch, programs);
const nginx = await startNginx(scratch);
try {
  await layOutSite(nginx, images.qcow2);
  const whole = await wholeJobs(nginx, images, programs);
  console.log('| job | built | from sources |\n| --- | ---: | ---: |');
  for (const job of [...conversions(images, programs), ...writers(images), ...whole]) {
    const peaks = [await peakOf(job, cli), await peakOf(job, sources)];
    console.log(`| ${job.title} | ${peaks.map(inMegabytes).join(' | ')} |`);
  }
} finally {
  await nginx.stop();
}

/** Peak memory of the first contender of a job, `rootdisk`, run as the given program. */
async function peakOf({ contenders }: Job, program: string): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const steps = contenders[0]?.steps(folder) ?? [];
  const own = steps.map((step) => ({
    ...step,
    parameters: step.parameters.map((word) => (word === cli ? program : word)),
  }));
  return (await runSteps(own)).peakBytes;
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
