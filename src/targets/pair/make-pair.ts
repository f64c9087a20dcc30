import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from '../../cache/cache-error.ts';
import type { DeliveryDisk, DeliveryImage, TargetContext } from '../../contracts/target.ts';
import type { Machine } from '../host/machine.ts';
import { buildManifest } from '../manifest/build-manifest.ts';
import { checkManifest } from '../manifest/check-manifest.ts';
import { pairNames } from '../manifest/names.ts';
import { buildStream } from '../zfs/build-stream.ts';
import { chooseParent } from '../zfs/datasets.ts';
import { holdingBuild } from './build-lock.ts';
import { findPair, type ImagePair, type PairPaths } from './read-pair.ts';

const partialPattern = /^\.rootdisk-[0-9a-f-]{36}\.partial$/;
const staleMs = 3_600_000;

/** The paths of an image's pair. */
export function pairPaths(image: DeliveryImage, context: TargetContext): PairPaths {
  const folder = context.outputDirOf(image);
  const { stream, manifest } = pairNames(image);
  return { streamPath: join(folder, stream), manifestPath: join(folder, manifest) };
}

/**
 * The pair of a disk: the existing one, unless `afresh`, else a new one made with a zvol. The manifest is written
 * last, so that it never appears without its file.
 */
export async function makePair(
  disk: DeliveryDisk,
  machine: Machine,
  context: TargetContext,
  { afresh = false }: { afresh?: boolean } = {},
): Promise<ImagePair> {
  const paths = pairPaths(disk, context);
  const { signal, now, tell } = context;
  return await holdingBuild(disk, context, async () => {
    const kept = afresh ? undefined : await findPair(paths, disk.uuid, signal);
    if (kept !== undefined) {
      tell(`using ${kept.streamPath}, which is complete`);
      return kept;
    }
    const folder = context.outputDirOf(disk);
    await inCache(folder, 'create', () => mkdir(folder, { recursive: true }));
    await sweepPartials(folder, now);
    const partial = join(folder, `.rootdisk-${randomUUID()}.partial`);
    try {
      const parent = await chooseParent(machine, context.dataset, signal);
      const stream = await buildStream(disk, partial, { machine, parent }, context);
      const fields = buildManifest(disk, { now, stream });
      const manifest = checkManifest(fields);
      signal.throwIfAborted();
      await inCache(folder, 'write', async () => {
        await rm(paths.manifestPath, { force: true });
        await rename(partial, paths.streamPath);
        await writeFile(partial, `${JSON.stringify(fields, null, 2)}\n`, { flush: true });
        await rename(partial, paths.manifestPath);
      });
      return { ...paths, manifest };
    } finally {
      await rm(partial, { force: true });
    }
  });
}

/** Removes files that killed processes left. */
async function sweepPartials(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!partialPattern.test(name)) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && now.getTime() - stats.mtimeMs >= staleMs) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}
