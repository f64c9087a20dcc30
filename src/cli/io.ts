import type { Readable, Writable } from 'node:stream';

/** What the command line reads and writes; the process's own, or a test's. */
export interface Io {
  /** Read only where an operand is `-`. */
  stdin: Readable & { readonly isTTY?: boolean };
  /** Results only. */
  stdout: TerminalStream;
  /** Everything else. */
  stderr: TerminalStream;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** A stream that may be a terminal. */
export interface TerminalStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}
