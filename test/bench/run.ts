import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildPackage, root } from './built-package.ts';
import { renderCost } from './costs/render-cost.ts';
import { measureBusyShare, readMachine } from './machine-facts.ts';
import { measureAll } from './measure-all.ts';
import { readOptions } from './options.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderSvg } from './render-svg.ts';

const options = readOptions(process.argv.slice(2));
const scratch = await mkdtemp(join(options.scratch, 'rootdisk-bench-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const machine = readMachine(scratch);
/** Above this load, figures show the other programs more than these. */
const mostBusy = 0.1;
const isQuiet = async (): Promise<boolean> => {
  const busy = await measureBusyShare();
  if (busy <= mostBusy) return true;
  say(`other programs use ${Math.round(busy * 100)} % of the processors: no figures are written`);
  return false;
};
if (options.out !== '' && !(await isQuiet())) {
  say("wait until they have ended, or pass --out '' to see the figures only");
  process.exit(1);
}
if (options.build) buildPackage();
const { runs, only, largeDisk } = options;
const limited = only.map((word) => ` --only "${word}"`).join('');
const command = `npm run bench -- --runs ${runs}${largeDisk ? ' --large-disk' : ''}${limited}`;
const report = await measureAll({ ...options, scratch, command, machine, say });

process.stdout.write(renderMarkdown(report, undefined));
// Other programs may have started meanwhile.
const isWritten = options.out !== '' && (await isQuiet());
if (options.out !== '' && !isWritten) process.exitCode = 1;
if (isWritten) {
  const out = resolve(root, options.out);
  const caption = `${machine.cores} cores, Node.js ${machine.node}, ${machine.date}; medians of ${runs}`;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'bench.md'), renderMarkdown(report, 'bench.svg'));
  await writeFile(join(out, 'bench.svg'), renderSvg(report.jobs, caption));
  for (const cost of report.costs) {
    await writeFile(join(out, `bench-${cost.id}.svg`), renderCost(cost, caption));
  }
}
const { jobs, costs, largeCache } = report;
const measured = [
  ...jobs,
  ...costs.flatMap(({ points }) => points.map(({ outcome }) => outcome)),
  ...(largeCache === undefined ? [] : [largeCache.listing]),
];
const outcomes = measured.flatMap((job) => job.outcomes);
if (outcomes.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
