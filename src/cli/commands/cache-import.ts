import { resolve } from 'node:path';
import { createRootdisk } from '../../core.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const cacheImport: Command = {
  name: 'cache import',
  operands: ['<file>'],
  summary: 'Import disks from a tar of cache export.',
  options: ['digest', 'cache-dir', 'plugin', 'limit'],
  repeats: ['digest'],
  examples: [
    ['rootdisk cache import disks.tar', 'disks that were exported with their download'],
    ['rootdisk cache import one.tar --digest content-sha256:…', 'a disk without its download'],
  ],
  async run({ operands: [file = ''], flags, cwd, parts, transport, onProgress, columns }) {
    const { cacheDir, limits, log, signal } = transport;
    const imported = await createRootdisk(parts).importCache(resolve(cwd, file), {
      ...{ cacheDir, limits, log, signal, onProgress },
      digest: flags.list('digest'),
    });
    const rows = imported.entries.map(({ name, state, trust }) => [name, state, trust]);
    return {
      text: formatTable([['NAME', 'STATE', 'TRUST'], ...rows], { columns }),
      json: imported,
    };
  },
};
