import { resolve } from 'node:path';
import { createRootdisk, type ImageBoot } from '../../../core.ts';
import { defined } from '../../../kit/defined.ts';
import { hypervisors, rootForms } from '../../../launch/hypervisor.ts';
import { registryOptions, requestOptions, transportOptions } from '../../args/option-groups.ts';
import type { OptionName } from '../../args/options.ts';
import { readFetchOptions } from '../../args/read-fetch.ts';
import { pickWord } from '../../args/read-options.ts';
import { invalidArguments } from '../../args/refuse.ts';
import { formatTable } from '../../print/format-table.ts';
import type { Command } from '../command.ts';

/** What a disk that is fetched is asked for by. */
const fetchOptions: readonly OptionName[] = [
  ...requestOptions,
  'from',
  'digest',
  'lockfile',
  'catalog',
  'bundles',
  'offline',
  'refresh',
  'verify',
  'allow',
  'decode',
  'connections',
  'max-size',
  'cache-budget',
  ...registryOptions,
  ...transportOptions.filter((name) => name !== 'plugin' && name !== 'progress'),
];

export const boot: Command = {
  name: 'boot',
  operands: ['<ref | disk>'],
  summary: 'Find kernel, initrd and command line of a disk.',
  options: [
    ...(['output-dir', 'kernel', 'console', 'root', 'kernel-format', 'to', 'force'] as const),
    ...fetchOptions,
    ...(['plugin', 'progress'] as const),
  ],
  examples: [
    ['rootdisk boot ./disk.raw', 'what its boot loader would start; nothing is written'],
    ['rootdisk boot debian --output-dir out', 'of a reference; kernel and initrd into a folder'],
    ['rootdisk boot ./disk.raw --kernel 6.1.0-44-amd64', 'another kernel of its menu'],
    ['rootdisk boot ./vm.raw --output-dir out --console --to qemu', 'a command line to run'],
    ['rootdisk boot ./vm.raw --output-dir out --to firecracker', 'the same for Firecracker,'],
    ['rootdisk boot ./vm.raw --output-dir out --to cloud-hypervisor', 'for Cloud Hypervisor,'],
    ['rootdisk boot ./vm.raw --output-dir out --to libvirt', 'and for virsh create'],
  ],
  async run(context) {
    const { operands, flags, cwd, parts, warn } = context;
    const [operand = ''] = operands;
    const isDisk = /^[./]|^[a-z]:[\\/]/i.test(operand);
    const given = isDisk ? fetchOptions.find((name) => flags.has(name)) : undefined;
    if (given !== undefined) {
      throw invalidArguments(`--${given} means nothing for a disk that is opened in place`, boot);
    }
    const outputDir = flags.text('output-dir');
    const found = await createRootdisk(parts).bootImage(isDisk ? resolve(cwd, operand) : operand, {
      ...(await readFetchOptions(context)),
      outputDir: outputDir === undefined ? undefined : resolve(cwd, outputDir),
      force: flags.has('force'),
      kernel: flags.text('kernel'),
      console: flags.has('console'),
      root: pickWord(flags, 'root', rootForms),
      to: pickWord(flags, 'to', hypervisors),
    });
    warn(found.warnings);
    const { kernel, initrd, cmdline, system, root, launch } = found;
    const json = { kernel, initrd, ...defined({ cmdline, system, root, launch }) };
    return { text: launch?.text ?? formatTable(rows(found)), json };
  },
};

function rows({ kernel, initrd, cmdline, system, root }: ImageBoot): string[][] {
  const { id, version } = system ?? {};
  return [
    ['kernel', kernel.path ?? kernel.file ?? ''],
    ['kind', kernel.kind],
    ...initrd.map(({ path, file }) => ['initrd', path ?? file ?? '']),
    ...(cmdline === undefined ? [] : [['cmdline', cmdline]]),
    ...(root === undefined ? [] : [['configured', `root=${root.configured ?? ''}`]]),
    ...(id === undefined ? [] : [['system', version === undefined ? id : `${id} ${version}`]]),
  ];
}
