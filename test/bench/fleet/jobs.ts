import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender, Job } from '../contender.ts';
import type { Images } from '../prepare-images.ts';
import type { Nginx } from '../start-nginx.ts';
import { keyFileOf, mirrorsTo, pinnedBuilds } from '../whole-jobs.ts';

const programOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Many images in one process: all in parallel, compared with one after another. */
export function fleet(images: Images, nginx: Nginx): Job[] {
  return [sixFormats(images), eightBuilds(images, nginx)];
}

function sixFormats({ expected, qcow2, qcow2Zstd, vmdk, xz, zst, gz }: Images): Job {
  const files = [qcow2, qcow2Zstd, vmdk, xz, zst, gz];
  const contender = (name: string, mode: string): Contender => ({
    name,
    expected,
    steps: (folder) => [
      {
        program: process.execPath,
        parameters: [programOf('convert-all.ts'), mode, folder, ...files],
      },
    ],
    made: (folder) => sameDisk(files.map((file) => join(folder, `${basename(file)}.out`))),
  });
  return {
    title: 'six images of six formats in one process',
    note: 'The peer of six images at once is the same package, one image after the other.',
    contenders: [contender('rootdisk, at once', 'at-once'), contender('one by one', 'in-turn')],
  };
}

/** Whole jobs with an unlimited server: eight calls for eight builds. */
function eightBuilds({ expected }: Images, nginx: Nginx): Job {
  const contender = (name: string, mode: string): Contender => ({
    name,
    expected,
    steps(folder) {
      const options = {
        arch: 'amd64',
        cacheDir: join(folder, 'cache'),
        mirrors: mirrorsTo(nginx.fastUrl),
        keys: [keyFileOf(nginx)],
      };
      const parameters = [programOf('ensure-all.ts'), mode, JSON.stringify(options)];
      return [{ program: process.execPath, parameters: [...parameters, ...pinnedBuilds] }];
    },
    made: (_, printed) => sameDisk(printed.trim().split('\n'), pinnedBuilds.length),
  });
  return {
    title: 'eight calls for eight images in one process',
    note: 'The peer of eight calls at once is the same package, one call after the other.',
    contenders: [contender('rootdisk, at once', 'at-once'), contender('one by one', 'in-turn')],
  };
}

/** The first of several disks with the same bytes. */
function sameDisk([first = '', ...others]: readonly string[], count = others.length + 1): string {
  if (new Set([first, ...others]).size !== count) throw new Error('made fewer disks than expected');
  for (const other of others) execFileSync('cmp', [first, other]);
  return first;
}
