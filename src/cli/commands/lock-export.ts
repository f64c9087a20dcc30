import { type ExportKind, exportKinds, exportLock } from '../../core.ts';
import type { Flags } from '../args/flags.ts';
import { lockfilePath } from '../args/read-lockfile.ts';
import { invalidOption, invalidValue } from '../args/refuse.ts';
import type { Command } from './command.ts';

export const lockExport: Command = {
  name: 'lock export',
  operands: ['[alias]…'],
  summary: 'Print locked images for another tool.',
  options: ['to', 'arch', 'lockfile', 'cache-dir'],
  examples: [
    ['rootdisk lock export debian-13 --to lima', 'the images of a Lima template'],
    ['rootdisk lock export --to terraform-proxmox --arch amd64 > images.tf', 'one architecture'],
    ['rootdisk lock export --to json', 'plain facts, for a script'],
  ],
  async run({ operands, flags, cwd, cacheDir, log, signal, warn }) {
    const lockfile = lockfilePath(flags, cwd);
    const { warnings, ...made } = await exportLock({
      lockfile,
      to: readKind(flags),
      aliases: operands,
      arch: flags.text('arch'),
      cacheDir,
      log,
      signal,
    });
    warn(warnings);
    // The line break at the end is written behind every result.
    return { text: made.text.replace(/\n$/, ''), json: { lockfile, ...made, warnings } };
  },
};

function readKind(flags: Flags): ExportKind {
  const given = flags.text('to');
  const hint = `Use one of: ${exportKinds.join(', ')}.`;
  if (given === undefined) throw invalidOption('to', 'no tool was named', hint);
  const found = exportKinds.find((kind) => kind === given);
  if (found === undefined) throw invalidValue('to', given, hint);
  return found;
}
