import { createRootdisk, type LockFinding } from '../../core.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { lockedOptions } from '../args/option-groups.ts';
import { lockfilePath } from '../args/read-lockfile.ts';
import { readChoices, readTrust } from '../args/read-options.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

/** What bots look at: there is something to do. */
const changed = 10;

export const lockCheck: Command = {
  name: 'lock check',
  operands: ['[alias]…'],
  summary: 'Find locked images that moved or aged; exit 10.',
  options: lockedOptions,
  repeats: ['arch'],
  examples: [
    ['rootdisk lock check', 'every entry'],
    ['rootdisk lock check --max-age 90d', 'also those signed or locked longer ago'],
    ['rootdisk lock check --json || rootdisk lock update', 'in a scheduled job'],
  ],
  async run({ operands, flags, cwd, parts, transport, onProgress, columns }) {
    const lockfile = lockfilePath(flags, cwd);
    onProgress({ type: 'stage', stage: 'resolve', message: 'asking what is newest' });
    const findings = await createRootdisk(parts).checkLock(operands, {
      ...transport,
      ...readTrust(flags, cwd),
      trust: readChoices(flags).trust,
      lockfile,
      arch: flags.list('arch'),
    });
    const rows = findings.map((one) => [one.alias, one.arch, one.finding, one.message]);
    const text =
      rows.length === 0 ? 'everything is as it was locked' : formatTable(rows, { columns });
    return { text, json: { lockfile, findings }, exitCode: exitCodeOf(findings) };
  },
};

/** Where all that is wrong is that upstream gave no answer, nothing is known to have changed. */
function exitCodeOf(findings: readonly LockFinding[]): number {
  if (findings.some(({ finding }) => finding !== 'unreachable')) return changed;
  return findings.length > 0 ? exitCodes.transfer : 0;
}
