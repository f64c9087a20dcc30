import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const cases: string = join(`${process.env['ROOTDISK_SAMPLES']}`, 'cases');

/** One line of the manifest of cases; its columns are explained beside it. */
export interface CaseRow {
  file: string;
  wrap: string;
  entry: string;
  expect: string;
  sizeBytes: number;
  sha256: string;
}

export function readCaseRows(): CaseRow[] {
  const lines = readFileSync(join(cases, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n');
  const [head = [], ...rows] = lines.map((line) => line.split('\t'));
  return rows.map((row) => {
    const field = (name: string): string => row[head.indexOf(name)] ?? '';
    return {
      file: field('file'),
      wrap: field('wrap'),
      entry: field('entry'),
      expect: field('expect'),
      sizeBytes: Number(field('virtual_size')),
      sha256: field('sha256_raw'),
    };
  });
}
