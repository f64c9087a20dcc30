import { createRootdisk, type EnsuredImage, type EnsureOptions } from '../../core.ts';
import { shownText } from '../../kit/public-url.ts';
import { reportError } from '../print/report-error.ts';
import type { CommandContext, Failure, Outcome } from './command.ts';

/**
 * All references, one after another: a path a line in their order, an empty line for one that failed. The exit code is that
 * of the first that failed.
 */
export async function ensureSeveral(
  { operands, parts, warn }: CommandContext,
  options: EnsureOptions,
): Promise<Outcome> {
  const outcomes = await createRootdisk(parts).ensureImages(operands, options);
  const failures: Failure[] = [];
  const lines: string[] = [];
  const json: object[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') {
      warn(outcome.value.trust.warnings);
      lines.push(...pathsOf(outcome.value));
      json.push(outcome.value);
    } else {
      const reference = shownText(operands[index] ?? '');
      failures.push({ reference, error: outcome.reason });
      lines.push('');
      json.push({ reference, error: reportError(outcome.reason) });
    }
  }
  const [first] = failures;
  const exitCode = first === undefined ? 0 : reportError(first.error).exitCode;
  return { text: lines.join('\n'), json, exitCode, failures };
}

/** The disk, or what was made of it, and what boots it. */
export function pathsOf({ path, boot }: Pick<EnsuredImage, 'path' | 'boot'>): string[] {
  return [path, boot?.kernel.path, boot?.initrd?.path].filter((one) => one !== undefined);
}
