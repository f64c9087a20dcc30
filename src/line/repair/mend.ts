import { type Entry, examineEntry } from '../../cache/entries/read.ts';
import { verifyEntry } from '../../cache/entries/verify.ts';
import { requireCacheName } from '../../cache/names/cache-name.ts';
import { IntegrityError, isImageError } from '../../errors.ts';
import type { Call } from '../call.ts';
import type { Obtained } from '../look.ts';
import { waitForName } from '../wait.ts';
import { roleOf } from './recorded.ts';
import { remake } from './remake.ts';

/**
 * Makes the damaged disk of a call with `verify` again from its own addresses, because upstream does not name it any
 * more (`why`). Returns `undefined` if no disk was damaged. Throws `ERR_DIGEST` if the disk stays damaged.
 */
export async function mendDamaged(call: Call, why: Error): Promise<Obtained | undefined> {
  const damaged = call.damaged.find(({ name }) => roleOf(requireCacheName(name)) === 'disk');
  if (damaged === undefined) return undefined;
  try {
    return await waitForName(call, damaged.name, () => mend(call, damaged));
  } catch (error) {
    if (call.signal.aborted || !isImageError(error)) throw error;
    throw staysDamaged(damaged, `${why.message}; ${error.message}`, error);
  }
}

async function mend(call: Call, { name, record }: Entry): Promise<Obtained> {
  // Another process may have repaired it while this one waited.
  const now = await examineEntry(call.cache, name);
  const verdict = now.entry && (await verifyEntry(now.entry, { signal: call.signal }));
  if (now.entry !== undefined && verdict?.state !== 'damaged') {
    return { entry: now.entry, origin: 'cache' };
  }
  const recorded = now.record?.name === name ? now.record : record;
  const { entry, from } = await remake(call, recorded, verdict?.damage);
  return { entry, origin: from === 'tier' ? 'tier' : 'network' };
}

function staysDamaged({ name, path }: Entry, why: string, cause: Error): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${name} is damaged on disk, and it cannot be fetched again: ${why}`,
    hint: 'Do not use the disk; try again later, or name a mirror that has the file (mirrors, --mirror).',
    details: { fileName: path, reason: 'damaged' },
    cause,
  });
}
