import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cli } from './built-package.ts';
import type { Contender, Job } from './contender.ts';
import { digestDisk } from './digest-disk.ts';

const MiB = 2 ** 20;
const diskBytes = 3 * 2 ** 30;
const dataPieces = 96;
const pieceBytes = 8 * MiB;
export const cloneTitles: readonly string[] = ['clone a cached disk', 'overlay on a cached disk'];

/** A copy of a cached disk of 3 GiB with 768 MiB of data, which is made in `scratch`. */
export async function clones(scratch: string): Promise<Job[]> {
  const disk = await cacheDisk(scratch);
  const expected = await digestDisk(disk);
  const own = (name: string, program: string, parameters: string[]): Contender => ({
    name,
    expected,
    steps: (folder) => [{ program, parameters: [...parameters, disk, join(folder, 'vm.raw')] }],
    made: (folder) => join(folder, 'vm.raw'),
  });
  const overlay = (name: string, step: (out: string) => [string, string[]]): Contender => ({
    name,
    expected,
    steps: (folder) => {
      const [program, parameters] = step(join(folder, 'vm.qcow2'));
      return [{ program, parameters }];
    },
    made: readThrough,
  });
  const [cloneTitle = '', overlayTitle = ''] = cloneTitles;
  return [
    {
      title: cloneTitle,
      note: 'Clones are of a disk of 3 GiB with 768 MiB of data in 96 pieces; a reflink where the file system can.',
      contenders: [
        own('rootdisk', process.execPath, [cli, 'clone', '--quiet']),
        own('cp --sparse=always', 'cp', ['--sparse=always']),
        own('cp --reflink=auto', 'cp', ['--reflink=auto']),
      ],
    },
    {
      title: overlayTitle,
      contenders: [
        overlay('rootdisk', (out) => [
          process.execPath,
          [cli, 'clone', '--quiet', '--backing', disk, out],
        ]),
        overlay('qemu-img create -b', (out) => [
          'qemu-img',
          ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', disk, out],
        ]),
      ],
    },
  ];
}

/** Makes the disk and imports it into a separate cache; returns its path there. */
async function cacheDisk(scratch: string): Promise<string> {
  const path = join(scratch, 'to-clone.raw');
  const handle = await open(path, 'w');
  await handle.truncate(diskBytes);
  for (let i = 0; i < dataPieces; i += 1) {
    await handle.write(randomBytes(pieceBytes), 0, pieceBytes, i * 32 * MiB);
  }
  await handle.close();
  const cacheDir = join(scratch, 'clones');
  const parameters = [cli, 'ensure', '--quiet', '--from', 'raw', '--cache-dir', cacheDir, path];
  const printed = execFileSync(process.execPath, parameters, { encoding: 'utf8' });
  await rm(path);
  return printed.trim();
}

/** The content for a guest; not measured. */
function readThrough(folder: string): string {
  const read = join(folder, 'read.raw');
  const parameters = ['convert', '-O', 'raw', join(folder, 'vm.qcow2'), read];
  execFileSync('qemu-img', parameters);
  return read;
}
