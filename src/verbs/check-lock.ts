import { createTaskPool } from '../kit/task-pool.ts';
import { parseOptions } from '../line/options.ts';
import { readLockFile } from '../lockfile/read-lock-file.ts';
import { requireLockfile } from '../lockfile/require-lockfile.ts';
import { selectEntries } from '../lockfile/select-entries.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { checkEntry, type LockFinding } from '../pinning/check-entry.ts';
import { givenArches, type LockfileOptions } from './lock-images.ts';
import { optionsOf } from './update-lock.ts';

export type CheckLock = (
  names: string | readonly string[],
  options: LockfileOptions,
) => Promise<LockFinding[]>;

/** Number of entries that are checked at once. */
const width = 8;

/**
 * `checkLock` for the given parts: reports entries that moved, aged (`maxAge`), lost their address or reached their
 * end of support. Checks these entries (without names: all); empty if nothing changed. Writes nothing, and transfers
 * no image byte.
 */
export function bindCheckLock(parts: BoundParts): CheckLock {
  return async (names, options) => {
    checkOptions<LockfileOptions>(options, optionKinds.checkLock);
    const { lockfile: _, arch: given, maxAge, ...others } = options;
    const { images } = await readLockFile(requireLockfile(options));
    const { maxAge: oldest } = parseOptions({ maxAge });
    const pool = createTaskPool(width);
    const selected = selectEntries(images, [names].flat(), givenArches(given));
    const found = await Promise.all(
      selected.map((one) =>
        pool.run(() => {
          const own = { ...others, ...optionsOf(one), fromCache: false, maxAge: undefined, oldest };
          return checkEntry(parts, one, own);
        }),
      ),
    );
    return found.flat();
  };
}
