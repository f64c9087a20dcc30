import { createRootdisk } from '../../src/core.ts';
import { parts } from '../fixtures/line.ts';

/**
 * One call in a separate process: `ensure-with.ts <options as JSON>`. Prints a line for each stage that begins, and the
 * path at the end.
 */
const options = JSON.parse(process.argv[2] ?? '{}');
const image = await createRootdisk(parts).ensureImage('acme:1', {
  ...options,
  onProgress: (event) => {
    if (event.type === 'stage') process.stdout.write(`stage ${event.stage}\n`);
  },
});
process.stdout.write(`${image.path}\n`);
