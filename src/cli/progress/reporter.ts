import type { Log, OnProgress, Warning } from '../../core.ts';
import type { Flags } from '../args/flags.ts';

/** Everything that goes to stderr while a command runs. */
export interface Reporter {
  onProgress: OnProgress;
  log: Log;
  /** Each warning once. */
  warn(warnings: readonly Warning[]): void;
  /** Leaves the terminal as it was. May be called again. */
  stop(): void;
}

/** True for each warning that is printed: a call that names a mirror knows of it, and is told under `--verbose` only. */
export function isPrinted(flags: Flags): (warning: Warning) => boolean {
  const isQuiet = flags.has('mirror') && !flags.has('verbose');
  return ({ code }) => !(isQuiet && code === 'mirror');
}

/** True for each warning that it has not seen before. */
export function untold(): (warning: Warning) => boolean {
  const told = new Set<string>();
  return ({ code, message }) => {
    const key = `${code}\n${message}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  };
}
