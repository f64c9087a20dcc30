import type { EnsureOptions } from '../../core.ts';
import { isAlias } from '../../lockfile/alias.ts';
import { readAllow } from '../../parts/read-allow.ts';
import type { CommandContext } from '../commands/command.ts';
import { readableLockfile, readCatalogPath } from './read-lockfile.ts';
import {
  readBudget,
  readChoices,
  readConnections,
  readFrom,
  readKernelFormat,
  readRequest,
  readTrust,
} from './read-options.ts';

/** The options of every command that fetches disks: what is requested, how it is fetched, and how it is verified. */
export async function readFetchOptions({
  operands,
  flags,
  cwd,
  parts,
  transport,
  onProgress,
}: CommandContext): Promise<Omit<EnsureOptions, 'format' | 'boot' | 'keepSource'>> {
  const { trust, decode } = readChoices(flags);
  return {
    ...transport,
    ...readRequest(flags),
    ...readTrust(flags, cwd),
    trust,
    decode,
    from: readFrom(flags, parts),
    allow: readAllow(flags.list('allow')),
    kernelFormat: readKernelFormat(flags),
    lockfile: await readableLockfile(flags, cwd, operands.find(isAlias) ?? '', onProgress),
    catalog: readCatalogPath(flags, cwd),
    digest: flags.text('digest'),
    offline: flags.has('offline'),
    refresh: flags.has('refresh'),
    verify: flags.has('verify'),
    connections: readConnections(flags),
    cacheBudget: readBudget(flags),
    onProgress,
  };
}
