#!/usr/bin/env node
import process from 'node:process';
import { refuseOldNode } from './node-version.ts';

// An older Node fails while it links what start.ts imports, before any statement runs: so this comes first, alone.
const refusal = refuseOldNode(process.versions.node);
if (refusal === undefined) {
  await import('./start.ts');
} else {
  process.stderr.write(`rootdisk: ${refusal}\n`);
  process.exitCode = 1;
}
