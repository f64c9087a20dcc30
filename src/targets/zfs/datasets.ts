import { CacheError, UsageError } from '../../errors.ts';
import type { Machine } from '../host/machine.ts';
import { ProgramFailure } from '../host/run-program.ts';

/** A pool and a dataset in it; ZFS also allows blanks, but scripts that do not quote names cannot handle them. */
const datasetPattern = /^[A-Za-z][\w.:-]*(?:\/[A-Za-z0-9][\w.:-]*)*$/;
const maxNameLength = 255;
/** Length of the names of a build and of its snapshot after the name of the parent. */
const ownLength = 64;

/** Throws `ERR_INVALID_REQUEST` for a text that cannot be the name of a parent dataset. */
export function checkDataset(name: string): void {
  if (datasetPattern.test(name) && name.length <= maxNameLength - ownLength) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(name)} is not the name of a dataset`,
    hint: 'Give a dataset such as zones/images: letters, digits and _-.: between slashes, without blanks.',
    details: { field: 'dataset', value: name },
  });
}

/**
 * The parent of builds: the dataset that the caller named; on SmartOS `zones`, and in a zone the dataset that was
 * delegated to it.
 */
export async function chooseParent(
  { isSmartos, zone = 'global', zfs }: Machine,
  dataset: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (dataset !== undefined) {
    checkDataset(dataset);
    return dataset;
  }
  if (!isSmartos) {
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: 'the parent dataset for the build is not known on this system',
      hint: 'Name the parent dataset with dataset (--dataset).',
      details: { field: 'dataset' },
    });
  }
  if (zone === 'global') return 'zones';
  const delegated = `zones/${zone}/data`;
  const zoned = await zfs.get(delegated, 'zoned', signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw notDelegated(delegated, cause);
  });
  if (zoned !== 'on') throw notDelegated(delegated);
  return delegated;
}

/** Throws `ERR_INVALID_REQUEST` if this machine has no ZFS, and `ERR_CACHE_IO` if the parent cannot be used. */
export async function requireParent(
  { zfs }: Machine,
  parent: string,
  signal: AbortSignal,
): Promise<void> {
  await zfs.list(parent, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw zfsError(error, parent);
  });
}

/** Converts a failure of `zfs` to a typed error. */
export function zfsError(error: unknown, dataset: string): unknown {
  if (!(error instanceof ProgramFailure)) return error;
  if (error.isMissing) return withoutZfs(error);
  const isDenied = /permission|privilege|not owner/i.test(error.said);
  const isFull = /out of space|quota/i.test(error.said);
  return new CacheError({
    code: isFull ? 'ERR_NO_SPACE' : 'ERR_CACHE_IO',
    message: error.message,
    hint: isDenied
      ? 'Run this as root, or let the user do it (pfexec, zfs allow).'
      : isFull
        ? 'Free space in the pool, or name another dataset with dataset (--dataset).'
        : 'Check the dataset, or name another one with dataset (--dataset).',
    details: { path: dataset },
    cause: error,
  });
}

/** A raw disk is not enough: an image is installed with `zfs receive`. */
function withoutZfs(cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message:
      'there is no zfs command on this machine, and an image for SmartOS is a ZFS send stream, not a raw disk',
    hint: 'Run this on a machine with ZFS, or copy a finished pair into the folder of outputDir (--output-dir).',
    details: { field: 'to' },
    cause,
  });
}

function notDelegated(dataset: string, cause?: unknown): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${dataset} is not delegated to this zone`,
    hint: 'Delegate a dataset to the zone, or name one with dataset (--dataset).',
    details: { field: 'dataset', value: dataset },
    cause,
  });
}
