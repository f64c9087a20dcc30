import { UsageError } from '../../../errors.ts';
import { formatTable } from '../../print/format-table.ts';
import { reportError } from '../../print/report-error.ts';
import type { CommandContext, Failure, Outcome } from '../command.ts';

/** What became of one image. */
type OneOutcome =
  | { state: 'failed'; error: unknown }
  | { state: string; name: string; trust?: string };

/** A row for each image, and the exit code of the first failure; `first`: how the caller named it. */
export function outcomeOf<T extends OneOutcome>(
  { columns }: CommandContext,
  place: string,
  outcomes: readonly T[],
  first: (outcome: T) => readonly string[],
): Outcome {
  const failures: Failure[] = [];
  const rows: string[][] = [];
  const images: object[] = [];
  for (const outcome of outcomes) {
    const asked = first(outcome);
    if ('error' in outcome) {
      const { error } = outcome;
      failures.push({ reference: asked.join(' '), error });
      images.push({ ...outcome, error: reportError(error) });
      rows.push([...asked, 'failed', '-']);
    } else {
      images.push(outcome);
      rows.push([...asked, outcome.state, outcome.name]);
    }
  }
  const [failed] = failures;
  return {
    text: formatTable(rows, { columns }),
    json: { registry: place, images },
    exitCode: failed === undefined ? 0 : reportError(failed.error).exitCode,
    failures,
  };
}

/** A command that needs names behind the repository and got none. */
export function namesMissing(command: string, what: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${command} needs ${what}`,
    hint: `Run: rootdisk ${command} --help`,
    details: { field: 'operands' },
  });
}
