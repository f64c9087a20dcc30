import { checkOutput } from '../../clone/output.ts';
import { cloneDisk, createRootdisk } from '../../core.ts';
import { defined } from '../../kit/defined.ts';
import { readAllow } from '../../parts/read-allow.ts';
import { requestOptions, transportOptions } from '../args/options.ts';
import { readCloneOptions, readCloneOutput } from '../args/read-clone.ts';
import { readableLockfile } from '../args/read-lockfile.ts';
import {
  readBudget,
  readChoices,
  readConnections,
  readFrom,
  readKernelFormat,
  readRequest,
  readTrust,
} from '../args/read-options.ts';
import type { Command } from './command.ts';

export const ensure: Command = {
  name: 'ensure',
  operands: ['<ref | url | file | alias>'],
  summary: 'Get a verified disk and print its path.',
  options: [
    ...requestOptions,
    'format',
    'from',
    'boot',
    'kernel-format',
    'digest',
    'lockfile',
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
    ...transportOptions,
  ],
  examples: [
    ['rootdisk ensure ubuntu:24.04', 'newest build of a release'],
    ['rootdisk ensure debian:13@20260712-2537', 'one exact build'],
    ['rootdisk ensure alpine --arch arm64 --variant tiny', 'another machine, another variant'],
    ['rootdisk ensure ubuntu:24.04 --offline', 'from the cache, without a request'],
    ['rootdisk ensure https://example.org/disk.qcow2 --digest sha256:…', 'any address, pinned'],
    ['rootdisk ensure ubuntu --boot', 'disk, kernel and initrd: one path per line'],
    ['rootdisk ensure ./disk.img.xz', 'a file of your own'],
    ['rootdisk ensure ./disk.vhd.gz --from "gz>vhd"', 'refuse anything else'],
    ['rootdisk ensure debian --output vm.raw --size 20GiB', 'a writable disk of your own'],
    ['rootdisk ensure debian --output vm.qcow2 --backing', 'a writable disk on top of it'],
  ],
  async run({ operands: [reference = ''], cwd, parts, transport, warn, ...context }) {
    const { flags, onProgress } = context;
    const output = readCloneOutput(flags, cwd, ensure);
    const cloning = readCloneOptions(context);
    if (output !== undefined) await checkOutput(output, flags.has('force'));
    const image = await createRootdisk(parts).ensureImage(reference, {
      ...transport,
      ...readRequest(flags),
      ...readChoices(flags),
      ...readTrust(flags, cwd),
      allow: readAllow(flags.list('allow')),
      from: readFrom(flags, parts),
      boot: flags.has('boot'),
      kernelFormat: readKernelFormat(flags),
      lockfile: await readableLockfile(flags, cwd, reference, onProgress),
      digest: flags.text('digest'),
      offline: flags.has('offline'),
      refresh: flags.has('refresh'),
      verify: flags.has('verify'),
      keepSource: flags.has('keep-source'),
      connections: readConnections(flags),
      cacheBudget: readBudget(flags),
      onProgress,
    });
    warn(image.trust.warnings);
    const clone = output === undefined ? undefined : await cloneDisk(image, output, cloning);
    warn(clone?.warnings ?? []);
    const { kernel, initrd } = image.boot ?? {};
    const paths = [clone ?? image, kernel, initrd].flatMap((file) => file?.path ?? []);
    return { text: paths.join('\n'), json: { ...image, ...defined({ clone }) } };
  },
};
