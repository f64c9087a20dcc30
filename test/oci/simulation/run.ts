import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Panel, renderChart } from './render-chart.ts';
import { renderReport } from './render-report.ts';
import type { Outcome, Scenario, World } from './scenario.ts';
import { simulate } from './simulate.ts';

/**
 * Cold starts of fleets against a registry and a slow upstream, on loopback; prints a line of JSON for each. Needs
 * `docker-registry`, and for a thousand hosts a TMPDIR in memory, because their caches would wait for the disk.
 *
 * `--hosts 1,10,100,1000`: sizes of the fleets. `--mishaps 1000`: number of hosts in the runs with failures; 0: none.
 * `--spread 2`: hosts begin within this many seconds; a slow machine needs more. `--busy`: states that the machine did
 * other work, too. `--read FILE`: adds the lines of earlier runs. `--write`: writes docs/guides/fleet-simulation.md and
 * docs/pictures/fleet.svg.
 */
const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1,10,100,1000' },
    mishaps: { type: 'string', default: '1000' },
    read: { type: 'string' },
    spread: { type: 'string', default: '2' },
    write: { type: 'boolean' },
    busy: { type: 'boolean' },
  },
});
const counts = values.hosts
  .split(',')
  .map(Number)
  .filter((hosts) => hosts > 0);
const most = Number(values.mishaps);
const spreadMs = Number(values.spread) * 1000;
const world: World = {
  imageBytes: 512 * 1024,
  upstreamBytesPerSecond: 64 * 1024,
  spreadMs: 2_000,
  lifetimeMs: 15_000,
  processes: 2,
};

const minute = 60_000;
const mishaps: Scenario[] = [
  { title: 'one host in ten is killed, the leader too', hosts: most, dying: 0.1 },
  {
    title: 'registry down for a minute while the leader fetches',
    hosts: most,
    dying: 0,
    outage: { from: 'fetch', ms: minute },
  },
  {
    title: 'registry down for the first minute',
    hosts: Math.min(most, 10),
    dying: 0,
    outage: { from: 'start', ms: minute },
  },
];
const scenarios: Scenario[] = [
  ...counts.map((hosts) => ({ title: 'cold start', hosts, dying: 0, spreadMs })),
  ...(most > 0 ? mishaps : []),
];

const earlier = values.read === undefined ? '' : await readFile(values.read, 'utf8');
const outcomes = earlier.split('\n').flatMap((line): Outcome[] => (line ? [JSON.parse(line)] : []));
for (const scenario of scenarios) {
  const outcome = await simulate(scenario, world);
  outcomes.push(outcome);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

if (values.write === true) {
  const folder = fileURLToPath(new URL('../../../docs/', import.meta.url));
  const [cpu] = cpus();
  const machine = `${availableParallelism()} cores of ${cpu?.model ?? 'an unknown processor'}, ${process.platform}, Node.js ${process.versions.node}${values.busy === true ? '; other programs ran beside it, so that times are longer than they need be' : ''}.`;
  await writeFile(`${folder}guides/fleet-simulation.md`, renderReport(outcomes, world, machine));
  await writeFile(
    `${folder}pictures/fleet.svg`,
    renderChart('A fleet that starts cold', panels(), machine),
  );
}

function panels(): Panel[] {
  const cold = outcomes.filter(({ scenario }) => scenario.title === 'cold start');
  const sizes = cold.map(({ scenario }) => scenario.hosts);
  const { imageBytes, upstreamBytesPerSecond } = world;
  const alone = imageBytes / upstreamBytesPerSecond;
  return [
    {
      title: 'upstream fetches',
      show: (value) => `${value}`,
      series: [
        { name: 'without a registry', kind: 'plain', points: sizes.map((n) => [n, n]) },
        {
          name: 'with a registry',
          kind: 'faster',
          points: cold.map(({ scenario, upstreamFetches }) => [scenario.hosts, upstreamFetches]),
        },
      ],
    },
    {
      title: 'seconds until the last host has its disk',
      show: (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} s`,
      series: [
        { name: 'without a registry', kind: 'plain', points: sizes.map((n) => [n, n * alone]) },
        {
          name: 'with a registry',
          kind: 'faster',
          points: cold.map(({ scenario, seconds }) => [scenario.hosts, seconds]),
        },
      ],
    },
  ];
}
