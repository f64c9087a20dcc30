import { resolve } from 'node:path';
import { createBundle } from '../../../core.ts';
import { formatTable } from '../../print/format-table.ts';
import type { Command } from '../command.ts';

export const bundleCreate: Command = {
  name: 'bundle create',
  operands: ['<dir>', '<out>'],
  summary: 'Write a bundle and print its facts.',
  options: ['force'],
  examples: [
    ['rootdisk bundle create ./web web.tar.zst', 'of rootfs.ext4 and manifest.json in ./web'],
    ['rootdisk bundle create ./kernel generic.tar.zst', 'of a kernel that images name'],
  ],
  async run({ operands: [dir = '', out = ''], flags, cwd, log, signal, onProgress }) {
    onProgress({ type: 'stage', stage: 'publish', message: `writing ${out}` });
    const options = { force: flags.has('force'), log, signal };
    const made = await createBundle(resolve(cwd, dir), resolve(cwd, out), options);
    const { kind, members, sha256, sizeBytes } = made;
    const entry = { kind, members, tarball_sha256: sha256, size_bytes: sizeBytes };
    const rows = [
      ['path', made.path],
      ['kind', kind],
      ...(members.length === 0 ? [] : [['members', members.join(',')]]),
      ['tarball_sha256', sha256],
      ['size_bytes', String(sizeBytes)],
    ];
    return { text: formatTable(rows), json: { ...made, entry } };
  },
};
