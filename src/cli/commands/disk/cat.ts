import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createRootdisk } from '../../../core.ts';
import { parsePlace } from '../../args/parse-place.ts';
import { sendStream } from '../../spool.ts';
import type { Command } from '../command.ts';

export const cat: Command = {
  name: 'cat',
  operands: ['<disk>', '<place>'],
  summary: 'Write a file that lies on a raw disk to stdout.',
  options: ['plugin'],
  examples: [
    ['rootdisk cat disk.raw /etc/os-release', 'in the root, with what its fstab mounts'],
    ['rootdisk cat disk.raw p16:/vmlinuz | file -', 'on a partition'],
    ['rootdisk cat disk.raw /etc/fstab --json | jq -r .base64', 'at most 1 MiB, as JSON'],
  ],
  async run({ operands: [file = '', place = ''], flags, cwd, parts, signal, log, streams }) {
    const { volume, path } = parsePlace(place);
    await using disk = await createRootdisk(parts).openDisk(resolve(cwd, file), { signal, log });
    const files = await disk.files(volume);
    if (flags.has('json')) {
      const bytes = await files.read(path);
      const base64 = Buffer.from(bytes).toString('base64');
      return { text: '', json: { place, sizeBytes: bytes.length, base64 } };
    }
    const { sizeBytes, stream } = await files.open(path);
    await sendStream(Readable.from(stream(), { objectMode: false }), streams.stdout, signal);
    return { text: '', json: { place, sizeBytes } };
  },
};
