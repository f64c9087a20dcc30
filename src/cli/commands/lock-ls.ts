import { listLocked } from '../../core.ts';
import { lockfilePath } from '../args/read-lockfile.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const lockLs: Command = {
  name: 'lock ls',
  operands: [],
  summary: 'List the images of the lock file.',
  options: ['lockfile'],
  examples: [
    ['rootdisk lock ls', 'name, request, build and trust of each image'],
    ['rootdisk lock ls --json | jq -r .images[].alias', 'the names'],
  ],
  async run({ flags, cwd, columns }) {
    const lockfile = lockfilePath(flags, cwd);
    const images = await listLocked({ lockfile });
    const rows = images.flatMap(({ alias, request, architectures }) =>
      Object.entries(architectures).map(([arch, { snapshot, trust, locked, guest }]) => [
        alias,
        request,
        arch,
        snapshot,
        trust.level,
        locked.slice(0, 10),
        guest?.eol ?? '-',
      ]),
    );
    const head = ['NAME', 'REQUEST', 'ARCH', 'SNAPSHOT', 'TRUST', 'LOCKED', 'END OF LIFE'];
    const text =
      rows.length === 0 ? 'no images are locked' : formatTable([head, ...rows], { columns });
    return { text, json: { lockfile, images } };
  },
};
