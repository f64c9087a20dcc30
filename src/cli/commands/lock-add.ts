import { createRootdisk, type LockChange } from '../../core.ts';
import { requestOptions, transportOptions } from '../args/option-groups.ts';
import { lockfilePath } from '../args/read-lockfile.ts';
import { readChoices, readTrust } from '../args/read-options.ts';
import { parsePairs } from '../args/values.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const lockAdd: Command = {
  name: 'lock add',
  operands: ['<ref | url>…'],
  summary: 'Pin images with their digests in a lock file.',
  options: [
    'as',
    'digest',
    'from-cache',
    'boot',
    'lockfile',
    'bundles',
    ...requestOptions,
    ...transportOptions,
  ],
  repeats: ['arch'],
  examples: [
    ['rootdisk lock add debian:13 --arch amd64 --arch arm64', 'debian-13 on two architectures'],
    ['rootdisk lock add ubuntu:24.04 --as web', 'under a name of your own'],
    ['rootdisk lock add https://example.org/disk.qcow2 --digest sha256:…', 'any address'],
    ['rootdisk lock add talos --from-cache', 'what the cache holds, where no digest is published'],
  ],
  async run({ operands, flags, cwd, parts, transport, onProgress, columns }) {
    const lockfile = lockfilePath(flags, cwd);
    const message = `locking ${operands.length === 1 ? '1 image' : `${operands.length} images`}`;
    onProgress({ type: 'stage', stage: 'resolve', message });
    const changes = await createRootdisk(parts).lockImages(operands, {
      ...transport,
      ...readTrust(flags, cwd),
      trust: readChoices(flags).trust,
      lockfile,
      arch: flags.list('arch'),
      variant: flags.text('variant'),
      parameters: parsePairs(flags.list('param'), 'param'),
      alias: flags.text('as'),
      digest: flags.text('digest'),
      fromCache: flags.has('from-cache'),
      boot: flags.has('boot'),
    });
    return { text: describeChanges(changes, columns), json: { lockfile, changes } };
  },
};

/** A line for each architecture: its name, what it is now and what it was before. */
export function describeChanges(
  changes: readonly LockChange[],
  columns: number | undefined,
): string {
  const rows = changes.map(({ alias, arch, change, image, before }) => [
    alias,
    arch,
    image.snapshot,
    image.trust.level,
    before === undefined || before.snapshot === image.snapshot
      ? change
      : `${change}, was ${before.snapshot}`,
  ]);
  return formatTable(rows, { columns });
}
