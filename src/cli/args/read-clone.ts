import { resolve } from 'node:path';
import type { CloneOptions } from '../../core.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { Flags } from './flags.ts';
import { invalidArguments } from './refuse.ts';
import { parseSize } from './values.ts';

/** How a disk is cloned, from the flags. */
export function readCloneOptions({
  flags,
  signal,
  log,
  onProgress,
}: Pick<CommandContext, 'flags' | 'signal' | 'log' | 'onProgress'>): CloneOptions {
  const size = flags.text('size');
  return {
    size: size === undefined ? undefined : parseSize(size, 'size'),
    backing: flags.has('backing'),
    fixGpt: flags.has('fix-gpt'),
    force: flags.has('force'),
    signal,
    log,
    onProgress: (bytes, virtualSize) => onProgress({ type: 'decode', bytes, virtualSize }),
  };
}

/** Where `ensure` clones its disk to, absolute; `undefined` where it does not. */
export function readCloneOutput(flags: Flags, cwd: string, command: Command): string | undefined {
  const output = flags.text('output');
  if (output !== undefined) return resolve(cwd, output);
  const stray = (['size', 'backing', 'fix-gpt', 'force'] as const).find((name) => flags.has(name));
  if (stray === undefined) return undefined;
  throw invalidArguments(`--${stray} needs --output`, command);
}
