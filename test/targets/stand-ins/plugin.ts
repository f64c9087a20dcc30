import type { Target } from '../../../src/targets/index.ts';
import { targetsOn } from './targets-on.ts';

const { STAND_IN: folder = '', STAND_IN_AT: at, STAND_IN_SIGNAL: signal } = process.env;

/** The targets of the package on the machine of a test; a signal can come during `write` too. */
export const targets: Target[] = targetsOn(folder, {
  onWrite() {
    if (at === 'write') process.kill(process.pid, `SIG${signal}`);
  },
});
