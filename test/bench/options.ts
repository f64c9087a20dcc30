import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Measured runs of each contender. */
  runs: number;
  /** Words of which a job's title must contain one; empty: all jobs. */
  only: string[];
  /** Folder on the disk that is measured; everything in it is removed again. */
  scratch: string;
  /** Where `bench.md` and `bench.svg` go; nowhere when empty. */
  out: string;
  build: boolean;
  /** With about 900 MB of data on the disk instead of half of that. */
  largeDisk: boolean;
}

const usage: string = `usage: npm run bench -- [--runs N] [--only WORD]… [--scratch DIR] [--out DIR] [--no-build]
                        [--large-disk]
  ROOTDISK_E2E_DIR names a folder with the disk of npm run test:e2e; without it one is built, which takes minutes.`;

/** Reads the command line; throws an `Error` with the usage. */
export function readOptions(parameters: string[]): BenchOptions {
  const { values } = parseArgs({
    args: parameters,
    allowNegative: true,
    options: {
      runs: { type: 'string', default: '5' },
      only: { type: 'string', multiple: true, default: [] },
      scratch: { type: 'string', default: tmpdir() },
      out: { type: 'string', default: 'docs' },
      build: { type: 'boolean', default: true },
      'large-disk': { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(usage);
  return { ...values, runs, largeDisk: values['large-disk'] };
}
