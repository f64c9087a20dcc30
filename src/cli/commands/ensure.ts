import { checkOutput } from '../../clone/output.ts';
import { cloneDisk, createRootdisk, type EnsureOptions } from '../../core.ts';
import { defined } from '../../kit/defined.ts';
import type { Flags } from '../args/flags.ts';
import { registryOptions, requestOptions, transportOptions } from '../args/option-groups.ts';
import type { OptionName } from '../args/options.ts';
import { readCloneOptions, readCloneOutput } from '../args/read-clone.ts';
import { readFetchOptions } from '../args/read-fetch.ts';
import { readChoices } from '../args/read-options.ts';
import { invalidArguments } from '../args/refuse.ts';
import { keepHeapSmall } from '../keep-heap-small.ts';
import { describeClone } from '../print/describe-clone.ts';
import type { Command, CommandContext } from './command.ts';
import { ensureSeveral, pathsOf } from './ensure-several.ts';

export const ensure: Command = {
  name: 'ensure',
  operands: ['<ref | url | file>…'],
  summary: 'Get verified disks and print their paths.',
  options: [
    ...requestOptions,
    'format',
    'from',
    'boot',
    'kernel-format',
    'digest',
    'lockfile',
    'catalog',
    'bundles',
    'offline',
    'refresh',
    'verify',
    'keep-source',
    'allow',
    'decode',
    'connections',
    'max-size',
    'output',
    'size',
    'backing',
    'fix-gpt',
    'force',
    'cache-budget',
    ...registryOptions,
    ...transportOptions,
  ],
  optionWords: { boot: 'disk' },
  examples: [
    ['rootdisk ensure ubuntu:24.04', 'newest build of a release'],
    ['rootdisk ensure debian:13@20260712-2537', 'one exact build'],
    ['rootdisk ensure debian-12', 'a pin of the lock file, or of the catalog'],
    ['rootdisk ensure alpine --arch arm64 --variant tiny', 'another machine, another variant'],
    ['rootdisk ensure ubuntu:24.04 --offline', 'from the cache, without a request'],
    [
      'rootdisk ensure https://example.org/disk.qcow2 --digest sha256:…',
      'any address, pinned by a digest',
    ],
    ['rootdisk ensure ubuntu --boot', 'disk, kernel and initrd: one path per line'],
    ['rootdisk ensure debian --boot disk', 'the kernel and initrd that lie on the disk'],
    ['rootdisk ensure bundle:web --bundles catalog.json', 'a bundle of your own catalog'],
    ['rootdisk ensure ubuntu --registry reg.example/images', 'a registry that a fleet shares'],
    ['rootdisk ensure debian:12 debian:13', 'several; an empty line where one failed'],
    ['rootdisk ensure ./disk.img.xz', 'a file of your own'],
    ['rootdisk ensure ./disk.vhd.gz --from "gz>vhd"', 'refuse other formats'],
    ['rootdisk ensure debian --output vm.raw --size 20GiB', 'a writable disk of your own'],
    ['rootdisk ensure debian --output vm.qcow2 --backing', 'a writable disk on top of it'],
  ],
  async run(context) {
    keepHeapSmall();
    const { operands, flags, cwd, parts, warn, onProgress } = context;
    const output = readCloneOutput(flags, cwd, ensure);
    const cloning = readCloneOptions(context);
    const options = await readEnsureOptions(context);
    if (operands.length > 1) {
      refuseForSeveral(flags, 'output', 'digest');
      return ensureSeveral(context, options);
    }
    if (output !== undefined) await checkOutput(output, flags.has('force'));
    const image = await createRootdisk(parts).ensureImage(operands[0] ?? '', options);
    warn(image.trust.warnings);
    const clone = output === undefined ? undefined : await cloneDisk(image, output, cloning);
    warn(clone?.warnings ?? []);
    const message = clone && describeClone(clone);
    if (message !== undefined) onProgress({ type: 'stage', stage: 'publish', message });
    const paths = pathsOf({ ...image, ...defined({ path: clone?.path }) });
    return { text: paths.join('\n'), json: { ...image, ...defined({ clone }) } };
  },
};

async function readEnsureOptions(context: CommandContext): Promise<EnsureOptions> {
  const { flags } = context;
  return {
    ...(await readFetchOptions(context)),
    format: readChoices(flags).format,
    boot: flags.text('boot') === 'disk' ? 'disk' : flags.has('boot'),
    keepSource: flags.has('keep-source'),
  };
}

/** Options that speak of one disk. */
function refuseForSeveral(flags: Flags, ...names: OptionName[]): void {
  const given = names.find((name) => flags.has(name));
  if (given !== undefined) throw invalidArguments(`--${given} takes one reference`, ensure);
}
