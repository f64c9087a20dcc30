import type { Target } from '../contracts/target.ts';
import { defineTarget } from '../kit/define.ts';
import { type FindMachine, findMachine } from './host/machine.ts';
import { makePair } from './pair/make-pair.ts';
import { checkBuild, planPair } from './pair/plan-pair.ts';

/** Options of the targets of this package; every field has a default. */
export interface TargetOptions {
  /** Inspects the machine; default: `uname`, `zonename` and `zfs`. */
  machine?: FindMachine | undefined;
}

/** A target that writes the pair for `imgadm install -m … -f …`: manifest and compressed ZFS send stream. */
export function createFileTarget({ machine: find = findMachine }: TargetOptions = {}): Target {
  return defineTarget({
    id: 'file',
    title: 'manifest and ZFS send stream for imgadm install',
    apiVersion: 1,
    arches: ['amd64'],
    async check(context) {
      await checkBuild(await find(context.signal), context);
      return undefined;
    },
    async plan(image, context) {
      return await planPair(image, await find(context.signal), context);
    },
    async deliver(disk, context) {
      const pair = await makePair(disk, await find(context.signal), context);
      const { streamPath, manifestPath, manifest } = pair;
      return { files: [streamPath, manifestPath], manifest: manifest.fields };
    },
  });
}

/** Writes the pair for `imgadm install`, with the default settings. */
export const file: Target = createFileTarget();
