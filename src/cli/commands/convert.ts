import { resolve } from 'node:path';
import { createRootdisk } from '../../core.ts';
import { defined } from '../../kit/defined.ts';
import { readLocalFile } from '../args/read-options.ts';
import type { Command } from './command.ts';

export const convert: Command = {
  name: 'convert',
  operands: ['<file>', '<out>'],
  summary: 'Convert an image file to a sparse raw disk.',
  options: ['from', 'entry', 'allow'],
  examples: [
    ['rootdisk convert disk.qcow2 disk.raw', 'the format is detected'],
    ['rootdisk convert disk.img.xz disk.raw --from "xz>raw"', 'refuse anything else'],
    ['rootdisk convert disk.qcow2 disk.raw --max-size 64GiB', 'refuse larger disks'],
    ['rootdisk convert disk.qcow2 /dev/sdb', 'to an unused block device; all data on it is lost'],
  ],
  async run({ operands: [file = '', out = ''], flags, cwd, parts, transport, onProgress, warn }) {
    onProgress({ type: 'stage', stage: 'decode', message: `converting ${file}` });
    const image = await createRootdisk(parts).convertImage(resolve(cwd, file), resolve(cwd, out), {
      ...readLocalFile(flags, parts, transport),
      onProgress: (bytes, virtualSize) => {
        onProgress({ type: 'decode', bytes, ...defined({ virtualSize }) });
      },
    });
    warn(image.warnings);
    return { text: image.path, json: image };
  },
};
