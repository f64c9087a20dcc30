import type { Entry } from '../../cache/entries/read.ts';
import { IntegrityError } from '../../errors.ts';
import { algorithmOf, hexOf } from '../../kit/digest.ts';
import type { Call } from '../call.ts';

/**
 * Throws `ERR_DIGEST` if the cache holds the locked build with other bytes than pinned: for an offline call, this
 * error says more than that nothing is cached.
 */
export function refuseOtherDigest(
  { locked, options }: Pick<Call, 'locked' | 'options'>,
  found: readonly Entry[],
): void {
  if (locked === undefined) return;
  for (const { name, record } of found) {
    const expected = options.pins.find((one) => record.source[algorithmOf(one)] !== hexOf(one));
    if (expected === undefined) continue;
    const actual = `${algorithmOf(expected)}:${record.source[algorithmOf(expected)]}`;
    const { alias } = locked.entry;
    const correct =
      locked.from === 'catalog' ? '' : `, or correct the entry: rootdisk lock update ${alias}`;
    throw new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${alias} is locked with ${expected} in ${locked.path}, and the cached disk ${name} was made of ${actual}`,
      hint: `Call once without offline (--offline) to get the locked bytes${correct}.`,
      details: { fileName: record.source.fileName, expected, actual, from: locked.path },
    });
  }
}
