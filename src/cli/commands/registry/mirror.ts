import { transportOptions } from '../../args/option-groups.ts';
import { lockfilePath } from '../../args/read-lockfile.ts';
import { readConnections } from '../../args/read-options.ts';
import type { Command } from '../command.ts';
import { outcomeOf } from './outcomes.ts';

export const registryMirror: Command = {
  name: 'registry mirror',
  operands: ['<host/repo>', '[alias]…'],
  summary: 'Copy the images of a lock file to a registry.',
  options: ['lockfile', 'connections', ...transportOptions],
  examples: [
    ['rootdisk registry mirror localhost:5000/images', 'everything that is locked'],
    ['rootdisk registry mirror localhost:5000/images debian-13 --lockfile F', 'one entry'],
  ],
  async run(context) {
    const { operands, flags, cwd, parts, transport, onProgress } = context;
    const [place = '', ...aliases] = operands;
    const { mirrorImages } = await import('../../../oci.ts');
    const outcomes = await mirrorImages(parts, place, aliases, {
      ...transport,
      lockfile: lockfilePath(flags, cwd),
      connections: readConnections(flags),
      onProgress,
    });
    return outcomeOf(context, place, outcomes, ({ alias, arch }) => [alias, arch]);
  },
};
