import type { Extents } from '../../bytes/extents.ts';
import { CacheError, isImageError } from '../../errors.ts';
import type { Cache } from '../cache.ts';
import { isLocked, tryLockName } from '../locks/name-lock.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { type Examined, examineEntry, lookAt } from './read.ts';
import { type EntryVerdict, repairEntry, verifyEntry } from './verify.ts';

/** The verdict on one name, after its disk was read to the last byte. */
export interface Judged {
  state: EntryVerdict['state'] | 'repaired' | 'leftover';
  reason?: string;
  /** As in `EntryVerdict`. */
  damage?: Extents;
  /** Present if the disk was made again. */
  remade?: RemadeFrom;
  record?: ImageRecord;
}

/** The origin of the bytes from which a damaged disk was made again. */
export interface RemadeFrom {
  from: 'source' | 'network' | 'tier';
  /** Number of blocks of 1 MiB that were made, if only the damaged ones were; absent if the whole disk was. */
  blocks?: number;
}

type MakeAgain = (
  record: ImageRecord,
  damage: Extents | undefined,
) => Promise<{ reason: string; remade: RemadeFrom }>;

export interface JudgeOptions {
  /** Restore mode and mtime when only these were changed. */
  repair: boolean;
  /**
   * Makes a damaged disk again under its lock, as its record says, and returns where the bytes came from. Throws an
   * `ImageError` with the reason if it cannot. Absent: a damaged disk is not repaired.
   */
  remake?: MakeAgain | undefined;
  signal: AbortSignal;
}

/**
 * Another process may publish the name again while its disk is read; then the disk is read again, up to this often.
 */
const mostLooks = 4;

/**
 * Compares a disk with its record, without its lock, and again if either changes meanwhile. `undefined` when the name
 * is gone. A repair compares once more under the lock: the name may hold another disk by then.
 */
export async function judgeName(
  cache: Cache,
  name: string,
  { repair, remake, signal }: JudgeOptions,
): Promise<Judged | undefined> {
  const judged = await judge(cache, name, signal);
  const isRepairable = (found: Judged | undefined): found is Judged & { record: ImageRecord } =>
    found?.record?.name === name &&
    (found.state === 'touched' || (found.state === 'damaged' && remake !== undefined));
  if (!repair || !isRepairable(judged)) return judged;
  const lock = await tryLockName(cache, name);
  // The lock holder is making this entry again.
  if (lock === undefined) return judged;
  try {
    const now = await judge(cache, name, signal);
    if (!isRepairable(now)) return now;
    if (now.state === 'damaged') return remake && (await makeAgain(now, remake, signal));
    await repairEntry(cache, { name, path: cache.pathOf(name), record: now.record });
    return { state: 'repaired', record: now.record };
  } finally {
    await lock.release();
  }
}

/** The verdict on the disk made again; or the old verdict and why the repair failed. */
async function makeAgain(
  damaged: Judged & { record: ImageRecord },
  remake: NonNullable<JudgeOptions['remake']>,
  signal: AbortSignal,
): Promise<Judged> {
  const { record, reason, damage } = damaged;
  try {
    return { state: 'repaired', ...(await remake(record, damage)), record };
  } catch (error) {
    if (signal.aborted || !isImageError(error)) throw error;
    return { ...damaged, reason: `${reason}; it cannot be made again: ${error.message}` };
  }
}

async function judge(cache: Cache, name: string, signal: AbortSignal): Promise<Judged | undefined> {
  for (let look = 1; ; look += 1) {
    const before = await examineEntry(cache, name);
    const judged = await judgeOnce(cache, before, signal);
    if (look === mostLooks) return judged;
    if (sameFiles(before, await examineEntry(cache, name))) return judged;
  }
}

async function judgeOnce(
  cache: Cache,
  { name, path, record, stats, defect }: Examined,
  signal: AbortSignal,
): Promise<Judged | undefined> {
  if (stats === undefined) return await judgeRest(cache, name);
  if (record === undefined) return { state: 'damaged', reason: defect ?? 'it has no record' };
  try {
    return { ...(await verifyEntry({ path, record }, { signal })), record };
  } catch (error) {
    if (error instanceof CacheError && error.details.errno === 'ENOENT') {
      return await judgeRest(cache, name);
    }
    throw error;
  }
}

/** Handles files of an entry that has no disk. */
async function judgeRest(cache: Cache, name: string): Promise<Judged | undefined> {
  const found = (await Promise.all(cache.filesOf(name).map(lookAt))).filter(
    (stats) => stats !== undefined,
  );
  if (found.length === 0) return undefined;
  const isBusy = await isLocked(cache, name);
  return {
    state: 'leftover',
    reason: isBusy
      ? 'its disk is being made or removed'
      : 'its disk is missing: a process was killed, or the disk was removed by hand',
  };
}

function sameFiles(a: Examined, b: Examined): boolean {
  const recordOf = ({ record }: Examined) => JSON.stringify([record?.disk, record?.created]);
  return (
    a.stats?.ino === b.stats?.ino &&
    a.stats?.mtimeMs === b.stats?.mtimeMs &&
    a.stats?.size === b.stats?.size &&
    a.defect === b.defect &&
    recordOf(a) === recordOf(b)
  );
}
