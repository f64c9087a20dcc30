#!/usr/bin/env node
import process from 'node:process';
import { version } from '../version.ts';
import { refuseOldNode } from './node-version.ts';

// An older Node fails while it links what start.ts imports, before any statement runs: so this comes first, alone.
const refusal = refuseOldNode(process.versions.node);
const [first, ...others] = process.argv.slice(2);
if (refusal === undefined && first === '--version' && others.length === 0) {
  // What scripts ask for most often need not load the rest. Like `head`, a reader that has gone loses nothing.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.exitCode = 1;
  });
  process.stdout.write(`${version}\n`);
} else if (refusal === undefined) {
  await import('./start.ts');
} else {
  process.stderr.write(`rootdisk: ${refusal}\n`);
  process.exitCode = 1;
}
