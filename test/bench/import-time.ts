import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { pathToFileURL } from 'node:url';
import { root } from './built-package.ts';
import { median } from './statistics.ts';

/** Prints the median time of `import 'rootdisk'` from `dist/`, each in a process of its own. */
const runs = 31;
const address = JSON.stringify(pathToFileURL(`${root}dist/index.js`).href);
const program = `const started = performance.now();
  await import(${address});
  console.log(performance.now() - started);`;
const parameters = ['--input-type=module', '-e', program];
const times = Array.from({ length: runs }, () =>
  Number(execFileSync(process.execPath, parameters, { encoding: 'utf8' })),
);
const load = loadavg()[0]?.toFixed(1);
console.log(
  `import of rootdisk: ${median(times).toFixed(1)} ms (median of ${runs}; ${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)} ms)`,
);
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, load ${load}`,
);
