import { resolve } from 'node:path';
import { cloneDisk } from '../../core.ts';
import { readCloneOptions } from '../args/read-clone.ts';
import { describeClone } from '../print/describe-clone.ts';
import type { Command } from './command.ts';

export const clone: Command = {
  name: 'clone',
  operands: ['<disk>', '<out>'],
  summary: 'Make a writable disk from a cached one.',
  options: ['size', 'backing', 'fix-gpt', 'force'],
  examples: [
    ['rootdisk clone "$(rootdisk ensure debian)" vm.raw --size 20GiB', 'a disk to boot'],
    [
      'rootdisk clone disk.raw vm.raw --size 20GiB --fix-gpt',
      'also move its backup partition table',
    ],
    [
      'rootdisk clone "$(rootdisk ensure debian)" vm.qcow2 --backing',
      'an overlay that holds only the changes',
    ],
  ],
  async run({ operands: [disk = '', out = ''], cwd, warn, ...context }) {
    context.onProgress({ type: 'stage', stage: 'publish', message: `cloning ${disk}` });
    const options = readCloneOptions(context);
    const made = await cloneDisk(resolve(cwd, disk), resolve(cwd, out), options);
    warn(made.warnings);
    const message = describeClone(made);
    if (message !== undefined) context.onProgress({ type: 'stage', stage: 'publish', message });
    return { text: made.path, json: made };
  },
};
