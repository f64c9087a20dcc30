import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { pathToFileURL } from 'node:url';
import { root } from './built-package.ts';
import { median } from './statistics.ts';

/**
 * Prints the time of `import 'rootdisk'` from `dist/`, and that of an empty module. Each runs in a separate process, in
 * turn, so that a busy machine affects all of them; processor time is user and system.
 */
const runs = 41;
const address = JSON.stringify(pathToFileURL(`${root}dist/index.js`).href);
const tell = `const { user, system } = process.cpuUsage();
  process.stderr.write(JSON.stringify([(user + system) / 1000, performance.now() - started]));`;
const programs = {
  nothing: [
    '--input-type=module',
    '-e',
    `const started = performance.now(); await import('data:text/javascript,'); ${tell}`,
  ],
  root: [
    '--input-type=module',
    '-e',
    `const started = performance.now(); await import(${address}); ${tell}`,
  ],
};

type Figures = Record<keyof typeof programs, { cpu: number[]; wall: number[] }>;
const figures: Figures = { nothing: { cpu: [], wall: [] }, root: { cpu: [], wall: [] } };
for (let run = 0; run < runs; run += 1) {
  for (const name of ['nothing', 'root'] as const) {
    const [cpu, wall] = measure(programs[name]);
    figures[name].cpu.push(cpu);
    figures[name].wall.push(wall);
  }
}
const { nothing, root: whole } = figures;
say('processor time of an empty module', nothing.cpu);
say('processor time with rootdisk', whole.cpu);
say('the import of rootdisk', whole.wall);
const own = median(whole.cpu) - median(nothing.cpu);
console.log(`processor time of the import alone: ${own.toFixed(1)} ms`);
const load = loadavg()[0]?.toFixed(1);
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, load ${load}`,
);

function measure(parameters: string[]): [cpu: number, wall: number] {
  const told: unknown = JSON.parse(
    execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, ...parameters], {
      encoding: 'utf8',
    }),
  );
  if (!Array.isArray(told)) throw new Error('no figures');
  return [Number(told[0]), Number(told[1])];
}

function say(what: string, times: number[]): void {
  const range = `${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)}`;
  console.log(`${what}: ${median(times).toFixed(1)} ms (median of ${runs}; ${range})`);
}
