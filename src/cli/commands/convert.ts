import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isBlockDevice } from '../../convert/device/is-block-device.ts';
import { refuseExisting } from '../../convert/place-output.ts';
import { createRootdisk, defaultLimits } from '../../core.ts';
import { defined } from '../../kit/defined.ts';
import { fileOptions } from '../args/option-groups.ts';
import { readLocalFile } from '../args/read-options.ts';
import { invalidArguments } from '../args/refuse.ts';
import { inSpoolFolder, sendFile, spoolInput } from '../spool.ts';
import type { Command, CommandContext } from './command.ts';

export const convert: Command = {
  name: 'convert',
  operands: ['<file>', '<out>'],
  summary: 'Convert an image, to raw by default; - is a pipe.',
  options: [...fileOptions, 'to', 'force'],
  examples: [
    ['rootdisk convert disk.qcow2 disk.raw', 'the format is detected'],
    ['rootdisk convert disk.img.xz disk.raw --from "xz>raw"', 'refuse other formats'],
    ['rootdisk convert disk.qcow2 disk.raw --max-size 64GiB', 'refuse larger disks'],
    ['rootdisk convert disk.raw disk.vhdx', 'also .vhd, .vmdk, .vdi, .qcow2 and .ova'],
    ['rootdisk convert disk.img.xz azure.img --to vhd', 'a format by name; raw by default'],
    ['cat disk.qcow2 | rootdisk convert - disk.raw', 'from standard input'],
    ['rootdisk convert disk.vmdk - | sha256sum', 'to standard output, holes as zeros'],
    ['rootdisk convert disk.qcow2 /dev/sdb', 'to an unused block device; all data on it is lost'],
  ],
  async run({ operands: [file = '', out = ''], flags, cwd, parts, transport, ...context }) {
    const { streams, signal, onProgress, warn } = context;
    refuseTerminals(file, out, flags.has('json'), streams);
    const options = {
      ...readLocalFile(flags, parts, transport),
      to: flags.text('to'),
      force: flags.has('force'),
      onProgress: (bytes: number, virtualSize: number | undefined) => {
        onProgress({ type: 'decode', bytes, ...defined({ virtualSize }) });
      },
    };
    const { convertImage } = createRootdisk(parts);
    if (file !== standard && out !== standard) {
      onProgress({ type: 'stage', stage: 'decode', message: `converting ${file}` });
      const image = await convertImage(resolve(cwd, file), resolve(cwd, out), options);
      warn(image.warnings);
      return { text: image.path, json: image };
    }
    const isBeside = out !== standard && !(await isBlockDevice(resolve(cwd, out)));
    return await inSpoolFolder(isBeside ? dirname(resolve(cwd, out)) : tmpdir(), async (folder) => {
      const input = file === standard ? join(folder, 'input') : resolve(cwd, file);
      const output = out === standard ? join(folder, 'output') : resolve(cwd, out);
      if (file === standard) {
        if (isBeside && !options.force) await refuseExisting(output);
        onProgress({ type: 'stage', stage: 'fetch', message: 'reading standard input' });
        const maxBytes = transport.limits?.downloadBytes ?? defaultLimits.downloadBytes;
        await spoolInput(streams.stdin, input, maxBytes, signal);
      }
      const shown = file === standard ? 'standard input' : file;
      onProgress({ type: 'stage', stage: 'decode', message: `converting ${shown}` });
      const image = await convertImage(input, output, { ...options, scratchDir: folder });
      warn(image.warnings);
      if (out !== standard) return { text: image.path, json: image };
      onProgress({ type: 'stage', stage: 'publish', message: 'writing to standard output' });
      await sendFile(output, streams.stdout, signal);
      return { text: '', json: {} };
    });
  },
};

/** Stands for standard input or output. */
const standard = '-';

function refuseTerminals(
  file: string,
  out: string,
  json: boolean,
  { stdin, stdout }: CommandContext['streams'],
): void {
  if (file === standard && stdin.isTTY === true) {
    throw invalidArguments('standard input is a terminal, not an image', convert);
  }
  if (out !== standard) return;
  if (stdout.isTTY === true) {
    throw invalidArguments('a disk is not written to a terminal; redirect the output', convert);
  }
  if (json) throw invalidArguments('--json cannot be used with - as output', convert);
}
