import type { RepositoryOptions } from '../../../oci.ts';
import type { OptionName } from '../../args/options.ts';
import type { CommandContext } from '../command.ts';

/** What every command takes that reads a registry. */
export const readingOptions: readonly OptionName[] = ['registry-mirror', 'ca', 'limit', 'progress'];

/** The repository that a command names first, and how it is reached. */
export function readRepository({
  operands: [place = ''],
  flags,
  transport: { ca, limits, log, signal },
  onProgress,
}: CommandContext): { place: string; options: RepositoryOptions } {
  const registryMirror = flags.text('registry-mirror');
  return { place, options: { ca, limits, log, signal, onProgress, registryMirror } };
}
