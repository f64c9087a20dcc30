import { resolve } from 'node:path';
import { createRootdisk } from '../../core.ts';
import type { Command } from './command.ts';

export const cacheRm: Command = {
  name: 'cache rm',
  operands: ['<name>…'],
  summary: 'Remove disks from the cache; those in use stay.',
  options: ['cache-dir'],
  examples: [
    ['rootdisk cache rm ubuntu_24.04_server_amd64_20260725.raw', 'a name from rootdisk cache ls'],
    ['rootdisk cache rm "$(rootdisk ensure alpine --offline)"', 'a path works too'],
  ],
  async run({ operands, cacheDir, cwd, parts, log, signal }) {
    const names = operands.map((one) => (one.includes('/') ? resolve(cwd, one) : one));
    const options = { cacheDir, log, signal };
    const removal = await createRootdisk(parts).removeFromCache(names, options);
    return { text: removal.removed.join('\n'), json: removal };
  },
};
