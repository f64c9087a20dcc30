import type { DiskWriter } from '../../contracts/writer.ts';
import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { writerCases } from './writer-cases.ts';
import type { WriterSample } from './writer-subject.ts';

/**
 * The requirements for every writer, as cases for any test runner: `for (const { title, run } of
 * checkWriter(acmeWriter, { maxBytes: 2 ** 40 })) test(title, run)`.
 */
export function conformWriter(
  writer: DiskWriter,
  samples: Several<WriterSample> = {},
): ConformanceCase[] {
  return bindCases(writerCases, samples, (sample) => ({ writer, sample }));
}
