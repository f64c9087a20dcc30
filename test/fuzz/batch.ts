import { tmpdir } from 'node:os';
import { madeSeeds, sampleSeeds } from './corpus.ts';
import { createRandom, mutate } from './mutate.ts';
import { tryImage } from './try-image.ts';

/** Changed images `first` to `last`, in a process of its own: `batch.ts <first> <last>`. A line for each, then the memory. */
const [first = 0, last = 0] = process.argv.slice(2).map(Number);
const seeds = [...madeSeeds(), ...(await sampleSeeds())];
for (let number = first; number < last; number += 1) {
  const seed = seeds[number % seeds.length];
  if (seed === undefined) throw new Error('no images to change');
  process.stdout.write(`${number} ${seed.name} `);
  const started = performance.now();
  let verdict: string;
  try {
    verdict = await tryImage(mutate(seed.read(), createRandom(number + 1)), tmpdir());
  } catch (error) {
    verdict = `DEFECT ${error instanceof Error ? error.stack?.replaceAll('\n', ' | ') : error}`;
  }
  process.stdout.write(`${Math.round(performance.now() - started)} ${verdict}\n`);
}
process.stdout.write(`peak ${process.resourceUsage().maxRSS * 1024}\n`);
