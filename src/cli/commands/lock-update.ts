import { createRootdisk } from '../../core.ts';
import { lockedOptions } from '../args/option-groups.ts';
import { lockfilePath } from '../args/read-lockfile.ts';
import { readChoices, readTrust } from '../args/read-options.ts';
import type { Command } from './command.ts';
import { describeChanges } from './lock-add.ts';

export const lockUpdate: Command = {
  name: 'lock update',
  operands: ['[alias]…'],
  summary: 'Update entries of the lock file to newer builds.',
  options: lockedOptions,
  repeats: ['arch'],
  examples: [
    ['rootdisk lock update debian-13', 'one entry, on all architectures that it has'],
    ['rootdisk lock update', 'every entry'],
  ],
  async run({ operands, flags, cwd, parts, transport, onProgress, columns }) {
    const lockfile = lockfilePath(flags, cwd);
    onProgress({ type: 'stage', stage: 'resolve', message: 'asking what is newest' });
    const changes = await createRootdisk(parts).updateLock(operands, {
      ...transport,
      ...readTrust(flags, cwd),
      trust: readChoices(flags).trust,
      lockfile,
      arch: flags.list('arch'),
    });
    return { text: describeChanges(changes, columns), json: { lockfile, changes } };
  },
};
