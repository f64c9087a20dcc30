import { resolve } from 'node:path';
import { createRootdisk } from '../../../core.ts';
import { parsePlace } from '../../args/parse-place.ts';
import { formatTable } from '../../print/format-table.ts';
import type { Command } from '../command.ts';

export const ls: Command = {
  name: 'ls',
  operands: ['<disk>', '[place]'],
  summary: 'List a directory on a raw disk.',
  options: ['plugin'],
  examples: [
    ['rootdisk ls disk.raw /boot', 'in the root, with what its fstab mounts'],
    ['rootdisk ls disk.raw p1:/EFI', 'on a partition'],
    ['rootdisk ls disk.raw p3@home:/', 'in a Btrfs subvolume'],
    ['rootdisk ls disk.raw ol/root:/etc', 'on a logical volume of LVM2'],
    ['rootdisk ls disk.raw disk:/', 'on a disk without a partition table'],
  ],
  async run({ operands: [file = '', place = '/'], cwd, parts, signal, log }) {
    const { volume, path } = parsePlace(place);
    await using disk = await createRootdisk(parts).openDisk(resolve(cwd, file), { signal, log });
    const files = await disk.files(volume);
    const stat = await files.stat(path);
    const name = path.split('/').findLast((one) => one !== '') ?? '/';
    const entries = stat.kind === 'directory' ? await files.list(path) : [{ name, ...stat }];
    const rows = entries.map((one) => [one.kind, String(one.sizeBytes), one.name]);
    const warnings = disk.warnings.map((message) => ({ code: 'disk', message }));
    return { text: formatTable(rows, { right: [1] }), json: { place, entries, warnings } };
  },
};
