import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { tierCases } from './tier-cases.ts';
import type { TierSample } from './tier-subject.ts';

/**
 * The requirements for every tier, as cases for any test runner: `for (const { title, run } of checkTier({ open:
 * async () => folderTier(await newFolder()) })) test(title, run)`.
 */
export function conformTier(samples: Several<TierSample>): ConformanceCase[] {
  return bindCases(tierCases, samples, (sample) => ({ sample }));
}
