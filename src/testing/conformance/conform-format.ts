import type { Format } from '../../contracts/format.ts';
import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { formatCases } from './format-cases.ts';
import type { FormatSample } from './format-subject.ts';

/**
 * The requirements for every codec, archive and disk format, as cases for any test runner: `for (const { title, run }
 * of checkFormat(acmez, { bytes, content })) test(title, run)`.
 */
export function conformFormat(format: Format, samples: Several<FormatSample>): ConformanceCase[] {
  return bindCases(formatCases, samples, (sample) => {
    // A copy: slices of a Buffer share its memory, and cases change the bytes.
    return { format, sample: { ...sample, bytes: Uint8Array.from(sample.bytes) } };
  });
}
