import { writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cli } from '../built-package.ts';
import type { Contender, Job, JobOutcome } from '../contender.ts';
import { digestDisk } from '../digest-disk.ts';
import { measureJob } from '../measure-job.ts';
import { type Hit, measureHits } from './measure-hits.ts';

/** The costs of caches with one disk, a thousand and ten thousand. */
export interface LargeCache {
  hits: Hit[];
  /** `cache ls` compared with programs that only read the folder. */
  listing: JobOutcome;
}

const sizes = [1, 1_000, 10_000];
const disks = Math.max(...sizes);
export const largeCacheTitle = 'large cache: cache ls';

/** Makes the caches in `scratch`, measures, and removes them. */
export async function measureLargeCache(
  scratch: string,
  runs: number,
  say: (text: string) => void,
): Promise<LargeCache> {
  const folder = join(scratch, 'large-cache');
  await mkdir(folder);
  try {
    say(`large cache: making ${disks} disks`);
    const hits = await measureHits(folder, sizes);
    const job = await listingOf(join(folder, String(disks)), scratch);
    return { hits, listing: await measureJob(job, runs, scratch, say) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function listingOf(cacheDir: string, scratch: string): Promise<Job> {
  const count = join(scratch, 'count');
  await writeFile(count, String(disks));
  const expected = await digestDisk(count);
  const images = join(cacheDir, 'images-v1');
  const contender = (name: string, program: string, parameters: string[]): Contender => ({
    name,
    expected,
    steps: () => [{ program, parameters }],
    made: countDisks,
  });
  return {
    title: largeCacheTitle,
    note: `A cache of ${disks} disks; \`ls\` and \`find\` look at the files and read no record.`,
    contenders: [
      contender('rootdisk', process.execPath, [cli, 'cache', 'ls', '--cache-dir', cacheDir]),
      { ...contender('ls -ls', 'ls', ['-ls', images]), floor: true },
      { ...contender('find -ls', 'find', [images, '-maxdepth', '1', '-ls']), floor: true },
    ],
  };
}

/** Writes the number of listed disks as a file. */
function countDisks(folder: string, printed: string): string {
  const path = join(folder, 'count');
  writeFileSync(path, String(printed.match(/_\d+\.raw(?![.\w])/g)?.length ?? 0));
  return path;
}
