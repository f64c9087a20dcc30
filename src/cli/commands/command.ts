import type { OnProgress } from '../../contracts/progress.ts';
import type { Log, Parts, TransportOptions, Warning } from '../../core.ts';
import type { Flags } from '../args/flags.ts';
import type { OptionName } from '../args/options.ts';
import type { Io } from '../io.ts';

/** One command: how it is called, and what it does. */
export interface Command {
  /** One word, or two: `cache ls`. */
  name: string;
  /** `<…>` is required, `[…]` is not, `…` at the end repeats. */
  operands: readonly string[];
  /** Words that an operand may be, for completion in a shell. */
  operandWords?: readonly string[];
  summary: string;
  /** Options beside those of every command. */
  options: readonly OptionName[];
  /** Options that may be given more than once for this command, beside those that always may. */
  repeats?: readonly OptionName[];
  /** The one word that may stand behind an option without a value: `--boot disk` or `--boot=disk`. */
  optionWords?: Partial<Record<OptionName, string>>;
  /** Columns of its table whose names do not say enough, and what they mean. */
  columns?: readonly (readonly [name: string, meaning: string])[];
  /** Command lines and what they are for. */
  examples: readonly (readonly [line: string, what: string])[];
  run(context: CommandContext): Promise<Outcome>;
}

/** What a command works with. */
export interface CommandContext {
  operands: readonly string[];
  flags: Flags;
  cwd: string;
  /** Folder of the cache where the caller named one. */
  cacheDir: string | undefined;
  /** Built-in parts and those of plug-ins. */
  parts: Parts;
  /** Mirrors, certificates, limits, the cache folder, signal and log, read from the flags. */
  transport: TransportOptions;
  signal: AbortSignal;
  /** Bytes in and out, for commands that take `-`. */
  streams: Pick<Io, 'stdin' | 'stdout'>;
  /** Width of the terminal that results go to; absent where they go elsewhere. */
  columns: number | undefined;
  log: Log;
  onProgress: OnProgress;
  /** Tells warnings that were not told yet. */
  warn(warnings: readonly Warning[]): void;
}

/** A result in both forms: `text` without a line break at its end; empty where there is nothing to say. */
export interface Outcome {
  text: string;
  json: object;
  /** Default 0. */
  exitCode?: number;
  /** What failed of several; each is told on stderr. */
  failures?: readonly Failure[];
}

/** One of several that failed. */
export interface Failure {
  /** As it was asked for, without what an address hides. */
  reference: string;
  error: unknown;
}
