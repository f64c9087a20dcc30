import { styleText } from 'node:util';
import { isImageError, type Remedy } from '../../errors.ts';
import { Interrupted } from '../interrupt.ts';
import type { TerminalStream } from '../io.ts';
import { escapeControls } from './format.ts';

/** An error as `--json` prints it. */
export interface ErrorReport {
  code: string;
  /** Absent where the error is not of this package. */
  remedy?: Remedy;
  name: string;
  message: string;
  hint: string;
  details: object;
  exitCode: number;
}

/** What to say of anything that was thrown. An error that is not of this package exits with 1. */
export function reportError(error: unknown): ErrorReport {
  if (isImageError(error)) {
    const { code, remedy, name, message, hint, details, exitCode } = error;
    return { code, remedy, name, message, hint, details, exitCode };
  }
  if (error instanceof Interrupted) {
    const { code, name, message, exitCode } = error;
    return { code, name, message, hint: '', details: {}, exitCode };
  }
  const known = error instanceof Error;
  return {
    code: 'ERR_UNEXPECTED',
    name: known ? error.name : 'Error',
    message: known ? error.message : String(error),
    hint: 'Run the command again with --verbose, and report its output.',
    details: {},
    exitCode: 1,
  };
}

/**
 * The same for people: message, hint and code, each on its line; with `verbose` also what it came from. `about` says which of
 * several references failed.
 */
export function formatError(
  error: unknown,
  stream: TerminalStream,
  verbose: boolean,
  about?: string,
): string {
  const { code, message, hint } = reportError(error);
  const text = about === undefined ? message : `${about}: ${message}`;
  const lines = [`${styleText(['bold', 'red'], 'rootdisk:', { stream })} ${indented(text)}`];
  if (hint !== '') lines.push(`hint: ${indented(hint)}`);
  lines.push(`code: ${escapeControls(code)}`);
  if (verbose) lines.push(...causes(error));
  return `${lines.join('\n')}\n`;
}

function causes(error: unknown): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  const expected = isImageError(error) || error instanceof Interrupted;
  let current = expected ? error.cause : error;
  while (current !== undefined && !seen.has(current)) {
    seen.add(current);
    const text = current instanceof Error ? (current.stack ?? current.message) : String(current);
    lines.push(`cause: ${indented(text)}`);
    current = current instanceof Error ? current.cause : undefined;
  }
  return lines;
}

/** Every line but the first is indented, so that no text from outside can pass for a line of its own. */
function indented(text: string): string {
  return text.split('\n').map(escapeControls).join('\n  ');
}
