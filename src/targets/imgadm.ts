import type { Target } from '../contracts/target.ts';
import { CacheError, UsageError } from '../errors.ts';
import { defineTarget } from '../kit/define.ts';
import type { TargetOptions } from './file.ts';
import { findMachine } from './host/machine.ts';
import { ProgramFailure } from './host/run-program.ts';
import { makePair, pairPaths } from './pair/make-pair.ts';
import { checkBuild, planPair } from './pair/plan-pair.ts';
import type { PairPaths } from './pair/read-pair.ts';
import { createZfs } from './zfs/zfs.ts';

/**
 * A target that installs the image on this SmartOS machine; on another system it only plans, and returns the commands
 * to run there.
 */
export function createImgadmTarget({ machine: find = findMachine }: TargetOptions = {}): Target {
  return defineTarget({
    id: 'imgadm',
    title: 'installed on this SmartOS machine',
    apiVersion: 1,
    arches: ['amd64'],
    async check(context) {
      const machine = await find(context.signal);
      const { isSmartos, zone = 'global' } = machine;
      if (isSmartos && zone !== 'global' && !context.dryRun) throw inZone(zone);
      if (isSmartos) {
        await checkBuild(machine, context);
        return undefined;
      }
      await checkBuild(machine, { ...context, dryRun: true });
      return 'This is not SmartOS (uname -v does not begin with joyent_), so nothing was done: run the steps in the global zone of a SmartOS machine.';
    },
    async plan(image, context) {
      const found = await find(context.signal);
      const machine = found.isSmartos ? found : { ...found, ...smartos };
      const { steps, manifest } = await planPair(image, machine, context);
      return { steps: [...steps, installLine(pairPaths(image, context)).join(' ')], manifest };
    },
    async deliver(disk, context) {
      const machine = await find(context.signal);
      const pair = await makePair(disk, machine, context);
      context.tell(`installing ${pair.manifest.uuid}`);
      await machine.run(installLine(pair), context.signal).catch((error: unknown) => {
        context.signal.throwIfAborted();
        throw notInstalled(error);
      });
      return { files: [pair.streamPath, pair.manifestPath], manifest: pair.manifest.fields };
    },
  });
}

/** Installs the image on this SmartOS machine, with the default settings. */
export const imgadm: Target = createImgadmTarget();

/** The assumed machine for a plan that is made on another system. */
const smartos = {
  isSmartos: true,
  zone: 'global',
  zfs: createZfs({ deviceDir: '/dev/zvol/rdsk' }),
};

function installLine({ manifestPath, streamPath }: PairPaths): string[] {
  return ['imgadm', 'install', '-m', manifestPath, '-f', streamPath];
}

function inZone(zone: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `imgadm works only in the global zone, and this is zone ${zone}`,
    hint: 'Use --to file here, and run imgadm install -m MANIFEST -f FILE in the global zone.',
    details: { field: 'to', value: 'imgadm' },
  });
}

function notInstalled(error: unknown): unknown {
  if (!(error instanceof ProgramFailure)) return error;
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: error.message,
    hint: 'Correct what imgadm reports, and run the call again; it uses the finished files.',
    details: {},
    cause: error,
  });
}
