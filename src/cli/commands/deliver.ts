import { resolve } from 'node:path';
import { createRootdisk, type DeliveredImage, type DeliverOptions } from '../../core.ts';
import type { Flags } from '../args/flags.ts';
import { registryOptions, requestOptions, transportOptions } from '../args/option-groups.ts';
import { readFetchOptions } from '../args/read-fetch.ts';
import { invalidOption, invalidValue } from '../args/refuse.ts';
import type { Command } from './command.ts';

export const deliver: Command = {
  name: 'deliver',
  operands: ['<ref | url | file>'],
  summary: 'Deliver an image to SmartOS, Triton or a plug-in.',
  options: [
    'to',
    'dataset',
    'output-dir',
    'url',
    'dry-run',
    'uuid-namespace',
    ...requestOptions,
    'digest',
    'lockfile',
    'offline',
    'refresh',
    'from',
    'allow',
    'decode',
    'connections',
    ...registryOptions,
    ...transportOptions,
  ],
  examples: [
    ['rootdisk deliver ubuntu:24.04 --to smartos', 'install it on this SmartOS machine'],
    ['rootdisk deliver debian --to imgadm --dry-run', 'the steps and the manifest, no more'],
    ['rootdisk deliver alpine --to file --output-dir out', 'the pair that imgadm install takes'],
    ['rootdisk deliver ubuntu --to imgapi --url http://10.99.99.21', 'active on an IMGAPI server'],
    ['rootdisk deliver freebsd --to zvol --dataset tank/images', 'build it with ZFS anew'],
  ],
  async run(context) {
    const { operands, flags, cwd, parts, warn } = context;
    const [reference = ''] = operands;
    const output = flags.text('output-dir');
    const delivered = await createRootdisk(parts).deliverImage(reference, {
      ...(await readFetchOptions(context)),
      to: readTarget(flags),
      dataset: flags.text('dataset'),
      outputDir: output === undefined ? undefined : resolve(cwd, output),
      url: flags.text('url'),
      dryRun: flags.has('dry-run'),
      uuidNamespace: readUuidNamespace(flags),
    });
    warn(delivered.trust.warnings);
    return { text: describe(delivered), json: delivered };
  },
};

function readTarget(flags: Flags): string {
  const given = flags.text('to');
  if (given !== undefined) return given;
  throw invalidOption('to', 'no target was named', 'Use one of: file, imgadm, imgapi, zvol.');
}

function readUuidNamespace(flags: Flags): DeliverOptions['uuidNamespace'] {
  const given = flags.text('uuid-namespace');
  if (given === undefined || given === 'rootdisk' || given === 'triton') return given;
  throw invalidValue('uuid-namespace', given, 'Use one of: rootdisk, triton.');
}

/** The files, or the uuid where there are none; of a plan its steps and the manifest. */
function describe({ delivered, reason, uuid, files, steps, manifest }: DeliveredImage): string {
  if (delivered) return files.length > 0 ? files.join('\n') : (uuid ?? '');
  const lines = reason === undefined ? [] : [reason];
  const known = uuid === undefined ? ['uuid: known after the download'] : [`uuid: ${uuid}`];
  const shown = manifest === undefined ? [] : [JSON.stringify(manifest, null, 2)];
  return [...lines, ...known, ...steps.map((step) => `would: ${step}`), ...shown].join('\n');
}
