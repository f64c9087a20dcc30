import { resolve } from 'node:path';
import { createRootdisk } from '../../core.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const cacheExport: Command = {
  name: 'cache export',
  operands: ['<out>', '[name…]'],
  summary: 'Write disks and their records into a tar.',
  options: ['force', 'cache-dir'],
  examples: [
    ['rootdisk cache export disks.tar', 'every disk, for a machine without a network'],
    ['rootdisk cache export one.tar "$(rootdisk ensure debian --offline)"', 'one of them'],
  ],
  async run({
    operands: [file = '', ...names],
    flags,
    cacheDir,
    cwd,
    parts,
    log,
    signal,
    columns,
  }) {
    const exported = await createRootdisk(parts).exportCache(
      resolve(cwd, file),
      names.map((one) => (one.includes('/') ? resolve(cwd, one) : one)),
      { cacheDir, log, signal, force: flags.has('force') },
    );
    // Each with the digest that `cache import` takes for it.
    const rows = exported.entries.map(({ name, sourceDigest, contentDigest }) =>
      sourceDigest === undefined
        ? [name, contentDigest]
        : [name, sourceDigest, 'with its download'],
    );
    return {
      text: [exported.path, formatTable(rows, { columns })].join('\n').trimEnd(),
      json: exported,
    };
  },
};
