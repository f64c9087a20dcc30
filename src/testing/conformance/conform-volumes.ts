import type { VolumeFormat } from '../../contracts/file-system.ts';
import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { type VolumesSample, volumeCases } from './volume-cases.ts';

/**
 * The requirements for every volume format, as cases for any test runner: `for (const { title, run } of
 * checkVolumes(acmeTable, { bytes, volumes })) test(title, run)`.
 */
export function conformVolumes(
  format: VolumeFormat,
  samples: Several<VolumesSample>,
): ConformanceCase[] {
  return bindCases(volumeCases, samples, (sample) => ({ format, sample }));
}
