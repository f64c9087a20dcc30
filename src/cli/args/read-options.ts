import { resolve } from 'node:path';
import { trustLevels } from '../../contracts/proof.ts';
import type {
  EnsureOptions,
  FileOptions,
  Parts,
  RequestOptions,
  TransportOptions,
} from '../../core.ts';
import { isReader } from '../../parts/format-kinds.ts';
import { readAllow } from '../../parts/read-allow.ts';
import type { Flags } from './flags.ts';
import type { OptionName } from './options.ts';
import { invalidValue } from './refuse.ts';
import { parseLayers, parsePairs, parseSize } from './values.ts';

/** What the flags ask for beyond the reference. */
export function readRequest(flags: Flags): RequestOptions {
  return {
    arch: flags.text('arch'),
    variant: flags.text('variant'),
    parameters: parsePairs(flags.list('param'), 'param'),
  };
}

const levels = ['auto', ...trustLevels] as const;
const kernelFormats = ['published', 'raw'] as const;
const times = ['streaming', 'after-verify'] as const;

/** The options of `ensure` that are words out of a few. */
export function readChoices(flags: Flags): Pick<EnsureOptions, 'trust' | 'format' | 'decode'> {
  return {
    trust: pickWord(flags, 'trust', levels),
    format: flags.text('format'),
    decode: pickWord(flags, 'decode', times),
  };
}

/** What the flags say about whom to trust, beyond the level. */
export function readTrust(
  flags: Flags,
  cwd: string,
): Pick<EnsureOptions, 'keys' | 'maxAge' | 'allowOlder'> {
  return {
    keys: flags.list('key').map((file) => resolve(cwd, file)),
    maxAge: flags.text('max-age'),
    allowOlder: flags.has('allow-older'),
  };
}

/** How progress is told to a program; to people where it is absent. */
export function readProgress(flags: Flags): 'json' | undefined {
  return pickWord(flags, 'progress', ['json'] as const);
}

/** How the kernel is wanted. */
export function readKernelFormat(flags: Flags): EnsureOptions['kernelFormat'] {
  return pickWord(flags, 'kernel-format', kernelFormats);
}

/** How many connections fetch the image. */
export function readConnections(flags: Flags): number | undefined {
  const given = flags.text('connections');
  if (given === undefined) return undefined;
  if (/^(?:[1-9]|1[0-6])$/.test(given)) return Number(given);
  throw invalidValue('connections', given, 'Write a whole number from 1 to 16.');
}

/** Bytes that the cache may occupy. */
export function readBudget(flags: Flags): number | undefined {
  const given = flags.text('cache-budget');
  return given === undefined ? undefined : parseSize(given, 'cache-budget');
}

/** The value of an option that is one of a few words. */
export function pickWord<T extends string>(
  flags: Flags,
  option: OptionName,
  words: readonly T[],
): T | undefined {
  const given = flags.text(option);
  const found = words.find((word) => word === given);
  if (given === undefined || found !== undefined) return found;
  throw invalidValue(option, given, `Use one of: ${words.join(', ')}.`);
}

/** The layers that a file must have, outermost first. */
export function readFrom(flags: Flags, parts: Parts): string[] | undefined {
  const from = flags.text('from');
  const known = parts.formats.filter(isReader).map(({ id }) => id);
  return from === undefined ? undefined : parseLayers(from, known);
}

/** How a local file is read, from the flags. */
export function readLocalFile(
  flags: Flags,
  parts: Parts,
  transport: TransportOptions,
): FileOptions {
  return {
    from: readFrom(flags, parts),
    entry: flags.text('entry'),
    allow: readAllow(flags.list('allow')),
    limits: transport.limits,
    signal: transport.signal,
    log: transport.log,
  };
}
