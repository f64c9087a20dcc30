import { tmpdir } from 'node:os';
import { madeSeeds, sampleSeeds } from './corpus.ts';
import { changeSeed } from './mutate.ts';
import { tryImage } from './try-image.ts';

/**
 * Changed images `first` to `last`, in a separate process: `batch.ts <first> <last>`. Prints a line for each, with its
 * milliseconds of work, then the memory.
 */
const [first = 0, last = 0] = process.argv.slice(2).map(Number);
const seeds = [...madeSeeds(), ...(await sampleSeeds())];
const seedBytes = process.memoryUsage.rss();
for (let number = first; number < last; number += 1) {
  const seed = seeds[number % seeds.length];
  if (seed === undefined) throw new Error('no images to change');
  process.stdout.write(`${number} ${seed.name} `);
  // The memory of the images before does not count for this one.
  globalThis.gc?.();
  // CPU time of this process alone: others may keep the machine busy.
  const started = process.cpuUsage();
  let verdict: string;
  try {
    verdict = await tryImage(changeSeed(seed, number), tmpdir(), seed.entry);
  } catch (error) {
    verdict = `DEFECT ${error instanceof Error ? error.stack?.replaceAll('\n', ' | ') : error}`;
  }
  const { user, system } = process.cpuUsage(started);
  process.stdout.write(`${Math.round((user + system) / 1000)} ${verdict}\n`);
}
process.stdout.write(`peak ${process.resourceUsage().maxRSS * 1024 - seedBytes}\n`);
