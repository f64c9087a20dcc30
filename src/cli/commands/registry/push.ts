import { requestOptions, transportOptions } from '../../args/option-groups.ts';
import { readableLockfile } from '../../args/read-lockfile.ts';
import { readChoices, readConnections, readRequest, readTrust } from '../../args/read-options.ts';
import type { Command } from '../command.ts';
import { namesMissing, outcomeOf } from './outcomes.ts';

export const registryPush: Command = {
  name: 'registry push',
  operands: ['<host/repo>', '<ref | url | file>…'],
  summary: 'Verify images, and push their files.',
  options: [
    ...requestOptions,
    ...(['digest', 'lockfile', 'boot', 'connections'] as const),
    ...transportOptions,
  ],
  examples: [
    ['rootdisk registry push registry.example/fleet/images ubuntu:24.04', 'for this machine'],
    ['rootdisk registry push localhost:5000/images debian --arch arm64 --boot', 'with its kernel'],
  ],
  async run(context) {
    const { operands, flags, cwd, parts, transport, onProgress } = context;
    const [place = '', ...references] = operands;
    if (references.length === 0) throw namesMissing('registry push', '<ref | url | file>');
    const { pushImages } = await import('../../../oci.ts');
    const outcomes = await pushImages(parts, place, references, {
      ...transport,
      ...readRequest(flags),
      ...readTrust(flags, cwd),
      trust: readChoices(flags).trust,
      digest: flags.text('digest'),
      lockfile: await readableLockfile(flags, cwd, references[0] ?? '', onProgress),
      boot: flags.has('boot'),
      connections: readConnections(flags),
      onProgress,
    });
    return outcomeOf(context, place, outcomes, ({ reference }) => [reference]);
  },
};
