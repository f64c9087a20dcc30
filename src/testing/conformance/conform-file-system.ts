import type { FileSystemFormat } from '../../contracts/file-system.ts';
import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { fileSystemCases } from './file-system-cases.ts';
import type { FileSystemSample } from './file-system-subject.ts';

/**
 * The requirements for every file system format, as cases for any test runner: `for (const { title, run } of
 * checkFileSystem(acmefs, { bytes, files })) test(title, run)`.
 */
export function conformFileSystem(
  format: FileSystemFormat,
  samples: Several<FileSystemSample>,
): ConformanceCase[] {
  return bindCases(fileSystemCases, samples, (sample) => ({ format, sample }));
}
