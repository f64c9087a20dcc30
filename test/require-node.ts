import process from 'node:process';
import { refuseOldNode } from '../src/cli/node-version.ts';

/** Under a Node.js that is too old, ends a run of the tests with one sentence. */
export function requireNode(): void {
  const refusal = refuseOldNode(process.versions.node);
  if (refusal === undefined) return;
  process.stderr.write(`rootdisk: ${refusal}\n`);
  process.exit(1);
}
