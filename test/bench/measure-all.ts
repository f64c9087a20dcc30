import { basename, join } from 'node:path';
import { requirePrograms } from '../e2e/system-packages.ts';
import type { BenchReport } from './bench-report.ts';
import { bootFiles } from './boot-files.ts';
import { readFormats } from './built-package.ts';
import { cacheCare, careTitles } from './cache-care/jobs.ts';
import { clones, cloneTitles } from './clones.ts';
import type { Job, JobOutcome } from './contender.ts';
import { conversions } from './conversions/readers.ts';
import { writers } from './conversions/writers.ts';
import { type Cost, planCosts } from './costs/costs.ts';
import { fleet } from './fleet/jobs.ts';
import {
  type LargeCache,
  largeCacheTitle,
  measureLargeCache,
} from './large-cache/measure-large-cache.ts';
import type { MachineFacts } from './machine-facts.ts';
import { measureJob } from './measure-job.ts';
import type { BenchOptions } from './options.ts';
import { prepareImages } from './prepare-images.ts';
import { findPrograms, missingPrograms } from './programs.ts';
import { registryJobs, registryTitles } from './registry/jobs.ts';
import { startNginx } from './start-nginx.ts';
import { measureWarmHits, type WarmHits } from './warm-hit.ts';
import { keyFileOf, layOutSite, mirrorsTo, pinned, wholeJobs } from './whole-jobs.ts';

interface Bench extends BenchOptions {
  command: string;
  machine: MachineFacts;
  say(text: string): void;
}

/** Everything, one job after the other; `scratch` is an empty folder. */
export async function measureAll(bench: Bench): Promise<BenchReport> {
  const { runs, only, scratch, command, machine, say, largeDisk } = bench;
  // Jobs that need no image; images take minutes to make.
  const needless = [largeCacheTitle, ...cloneTitles, ...careTitles];
  const isAlone =
    only.length > 0 && only.every((word) => needless.some((title) => title.includes(word)));
  if (!isAlone) requirePrograms();
  const programs = findPrograms();
  const formats = await readFormats();
  const leftOut = isAlone
    ? []
    : missingPrograms(programs).map((name) => `${basename(name)}: not installed`);
  const wanted = (title: string): boolean =>
    only.length === 0 || only.some((word) => title.includes(word));

  const measure = async (jobs: readonly Job[]): Promise<JobOutcome[]> => {
    const outcomes: JobOutcome[] = [];
    for (const job of jobs) {
      if (!wanted(job.title)) continue;
      if (job.format !== undefined && !formats.has(job.format)) {
        leftOut.push(`${job.title}: rootdisk does not read ${job.format}`);
        continue;
      }
      outcomes.push(await measureJob(job, runs, scratch, say));
    }
    return outcomes;
  };

  let largeCache: LargeCache | undefined;
  if (wanted(largeCacheTitle)) {
    largeCache = await measureLargeCache(scratch, runs, say).catch((error: unknown) => {
      leftOut.push(`large cache: no figure: ${error}`);
      return undefined;
    });
  }
  const cloned = cloneTitles.some(wanted) ? await measure(await clones(scratch)) : [];
  const care = careTitles.some(wanted) ? await measure(await cacheCare(scratch, wanted)) : [];
  const facts = { command, runs, machine, programs, leftOut, largeCache };
  if (isAlone) {
    return { ...facts, warmHits: undefined, jobs: [...cloned, ...care], costs: [] };
  }
  say('preparing the images');
  const images = await prepareImages(scratch, programs, largeDisk);
  const nginx = await startNginx(scratch);
  try {
    await layOutSite(nginx, images.qcow2);
    const converted = await measure(conversions(images, programs));
    const wrote = await measure(writers(images));
    const started = await measure(await bootFiles(images.raw, images.tree, scratch));
    const six = await measure(fleet(images, nginx));
    const whole = await measure(await wholeJobs(nginx, images, programs));
    const pulled: JobOutcome[] = [];
    if (programs.has('docker-registry') && registryTitles.some(wanted)) {
      const { jobs, stop } = await registryJobs(nginx, images, scratch);
      pulled.push(...(await measure(jobs).finally(stop)));
    }
    const costs: Cost[] = [];
    for (const { points, ...about } of planCosts(scratch)) {
      const measured: Cost['points'] = [];
      for (const { gib, title, job } of points) {
        if (!wanted(title)) continue;
        const [outcome] = await measure([await job()]);
        if (outcome !== undefined) measured.push({ gib, outcome });
      }
      if (measured.length > 0) costs.push({ ...about, points: measured });
    }
    let warmHits: WarmHits | undefined;
    if (wanted('warm')) {
      const options = {
        cacheDir: join(scratch, 'warm'),
        mirrors: mirrorsTo(nginx.fastUrl),
        keys: [keyFileOf(nginx)],
      };
      warmHits = await measureWarmHits(pinned, options).catch((error: unknown) => {
        leftOut.push(`warm cache: no figure: ${error}`);
        return undefined;
      });
    }
    return {
      ...{ ...facts, warmHits },
      ...{
        jobs: [...converted, ...wrote, ...started, ...six, ...whole, ...pulled, ...cloned, ...care],
        costs,
      },
    };
  } finally {
    await nginx.stop();
  }
}
