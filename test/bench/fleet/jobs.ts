import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender, Job } from '../contender.ts';
import type { Images } from '../prepare-images.ts';

const program = fileURLToPath(new URL('convert-all.ts', import.meta.url));

/** Six images of six formats in one process: all at once, beside the same one after another. */
export function fleet(images: Images): Job[] {
  const { expected, qcow2, qcow2Zstd, vmdk, xz, zst, gz } = images;
  const files = [qcow2, qcow2Zstd, vmdk, xz, zst, gz];
  const contender = (name: string, mode: string): Contender => ({
    name,
    expected,
    steps: (folder) => [
      { program: process.execPath, parameters: [program, mode, folder, ...files] },
    ],
    made(folder) {
      const [first = '', ...others] = files.map((file) => join(folder, `${basename(file)}.out`));
      for (const other of others) execFileSync('cmp', [first, other]);
      return first;
    },
  });
  return [
    {
      title: 'six images of six formats in one process',
      note: 'The peer of six images at once is the same package, one image after the other.',
      contenders: [contender('rootdisk, at once', 'at-once'), contender('one by one', 'in-turn')],
    },
  ];
}
