import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Panel, renderChart } from './render-chart.ts';
import { renderReport } from './render-report.ts';
import type { Outcome, Scenario, World } from './scenario.ts';
import { simulate } from './simulate.ts';

/**
 * Cold starts of fleets against a registry and a slow upstream, on loopback: `run.ts [--hosts 1,10,100,1000] [--write]`. Prints a
 * line for each; with `--write`, docs/guides/fleet-simulation.md and docs/pictures/fleet.svg. Needs `docker-registry`.
 */
const { values } = parseArgs({
  options: { hosts: { type: 'string', default: '1,10,100,1000' }, write: { type: 'boolean' } },
});
const counts = values.hosts.split(',').map(Number);
const most = Math.max(...counts);
const world: World = {
  imageBytes: 1024 ** 2,
  upstreamBytesPerSecond: 128 * 1024,
  spreadMs: 2_000,
  lifetimeMs: 15_000,
  processes: 2,
};

const minute = 60_000;
const scenarios: Scenario[] = [
  ...counts.map((hosts) => ({ title: 'cold start', hosts, dying: 0 })),
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

const outcomes: Outcome[] = [];
for (const scenario of scenarios) {
  const outcome = await simulate(scenario, world);
  outcomes.push(outcome);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

if (values.write === true) {
  const folder = fileURLToPath(new URL('../../../docs/', import.meta.url));
  const [cpu] = cpus();
  const machine = `${availableParallelism()} cores of ${cpu?.model ?? 'an unknown processor'}, Linux ${release()}, Node.js ${process.versions.node}.`;
  await writeFile(
    `${folder}guides/fleet-simulation.md`,
    renderReport(outcomes, world, machine, counts),
  );
  await writeFile(
    `${folder}pictures/fleet.svg`,
    renderChart('A fleet that starts cold', panels(), machine),
  );
}

function panels(): Panel[] {
  const cold = outcomes.filter(({ scenario }) => scenario.title === 'cold start');
  const { imageBytes, upstreamBytesPerSecond } = world;
  const alone = imageBytes / upstreamBytesPerSecond;
  return [
    {
      title: 'upstream fetches',
      show: (value) => `${value}`,
      series: [
        { name: 'without a registry', kind: 'plain', points: counts.map((n) => [n, n]) },
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
        { name: 'without a registry', kind: 'plain', points: counts.map((n) => [n, n * alone]) },
        {
          name: 'with a registry',
          kind: 'faster',
          points: cold.map(({ scenario, seconds }) => [scenario.hosts, seconds]),
        },
      ],
    },
  ];
}
