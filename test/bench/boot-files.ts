import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootPartition, type SystemTree } from '../e2e/build-disk.ts';
import { cli } from './built-package.ts';
import type { Contender, Job } from './contender.ts';
import { digestDisk } from './digest-disk.ts';

/** Kernel and initrd from the disk of 3 GiB. The peers get the place of `/boot`, and debugfs the file names too. */
export async function bootFiles(
  disk: string,
  { boot }: SystemTree,
  scratch: string,
): Promise<Job[]> {
  const name = readdirSync(boot).find((one) => one.startsWith('vmlinuz-')) ?? '';
  const expected = await digestDisk(join(boot, name));
  const dump = (folder: string): string[] => [
    `dump /${name} ${join(folder, 'kernel')}`,
    `dump /${name.replace('vmlinuz', 'initrd.img')} ${join(folder, 'initrd')}`,
  ];
  const commands = join(scratch, 'dump.debugfs');
  const contenders: Contender[] = [
    {
      name: 'rootdisk boot',
      expected,
      steps: (folder) => [
        {
          program: process.execPath,
          parameters: [cli, 'boot', '--quiet', disk, '--output-dir', folder],
        },
      ],
      made: (folder) => join(folder, 'kernel'),
    },
    {
      name: 'debugfs dump',
      expected,
      steps(folder) {
        writeFileSync(commands, `${dump(folder).join('\n')}\n`);
        const volume = `${disk}?offset=${bootPartition.offset}`;
        return [{ program: 'debugfs', parameters: ['-f', commands, volume] }];
      },
      made: (folder) => join(folder, 'kernel'),
    },
  ];
  if (spawnSync('virt-get-kernel', ['--version']).status === 0) {
    contenders.push({
      name: 'virt-get-kernel',
      expected,
      steps: (folder) => [
        {
          program: 'virt-get-kernel',
          parameters: ['--format', 'raw', '-a', disk, '-o', folder],
        },
      ],
      made: (folder) => join(folder, name),
    });
  }
  return [{ title: 'kernel and initrd out of a disk', contenders }];
}
