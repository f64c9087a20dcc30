import type { Target } from '../contracts/target.ts';
import { defineTarget } from '../kit/define.ts';
import { createFileTarget, type TargetOptions } from './file.ts';
import { findMachine } from './host/machine.ts';
import { makePair } from './pair/make-pair.ts';

/** A target that writes the same pair as `file`, but always builds it again with a zvol. */
export function createZvolTarget(options: TargetOptions = {}): Target {
  const { machine: find = findMachine } = options;
  return defineTarget({
    ...createFileTarget(options),
    id: 'zvol',
    title: 'ZFS send stream of a new zvol',
    async deliver(disk, context) {
      const pair = await makePair(disk, await find(context.signal), context, { afresh: true });
      const { streamPath, manifestPath, manifest } = pair;
      return { files: [streamPath, manifestPath], manifest: manifest.fields };
    },
  });
}

/** Always builds the pair of `file` again, with the default settings. */
export const zvol: Target = createZvolTarget();
