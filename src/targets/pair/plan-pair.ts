import { readdir } from 'node:fs/promises';
import type { DeliveryImage, DeliveryPlan, TargetContext } from '../../contracts/target.ts';
import { isImageError } from '../../errors.ts';
import type { Machine } from '../host/machine.ts';
import { buildManifest, wholeMib } from '../manifest/build-manifest.ts';
import { checkDataset, chooseParent, requireParent } from '../zfs/datasets.ts';
import { buildPrefix } from '../zfs/sweep.ts';
import { pairPaths } from './make-pair.ts';

/**
 * Checks, before anything is fetched, that the settings are right and that ZFS is available or a finished pair may
 * exist in the folder that the caller named.
 */
export async function checkBuild(machine: Machine, context: TargetContext): Promise<void> {
  const { dataset, dryRun, signal, outputDir } = context;
  if (dataset !== undefined) checkDataset(dataset);
  if (dryRun || (outputDir !== undefined && (await hasStream(outputDir)))) return;
  const parent = await chooseParent(machine, dataset, signal);
  await requireParent(machine, parent, signal);
}

async function hasStream(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name.endsWith('.zfs.gz'));
}

/** The steps that make the pair of an image, and its manifest as far as known. */
export async function planPair(
  image: DeliveryImage,
  machine: Machine,
  context: TargetContext,
): Promise<Required<DeliveryPlan>> {
  const { dataset, signal, now } = context;
  const parent = await chooseParent(machine, dataset, signal).catch((error: unknown) => {
    if (isImageError(error)) return '<dataset>';
    throw error;
  });
  const build = `${parent}/${buildPrefix}<uuid>`;
  const size = image.virtualSize === undefined ? '<MiB>' : wholeMib(image.virtualSize);
  const { streamPath, manifestPath } = pairPaths(image, context);
  return {
    steps: [
      `zfs create -V ${size}m ${build}`,
      `write the disk to ${machine.zfs.device(build)}`,
      `zfs snapshot ${build}@image`,
      `zfs send ${build}@image | gzip > ${streamPath}`,
      `zfs destroy -r ${build}`,
      `write ${manifestPath}`,
    ],
    manifest: buildManifest(image, { now }),
  };
}
