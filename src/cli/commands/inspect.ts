import { resolve } from 'node:path';
import { createInspectImage, type ImageInspection } from '../../core.ts';
import type { Command } from '../command.ts';
import { formatBytes, formatExactBytes } from '../format-bytes.ts';
import { formatTable } from '../format-table.ts';
import { readLocalFile } from '../read-local-file.ts';

export const inspect: Command = {
  name: 'inspect',
  operands: ['<file>'],
  summary: 'Tell what an image file is; writes nothing.',
  options: ['from', 'entry'],
  examples: [
    ['rootdisk inspect disk.qcow2', 'layers, virtual size and features'],
    ['rootdisk inspect disk.img.gz --json | jq .virtualSize', 'for scripts'],
  ],
  async run({ operands: [file = ''], flags, cwd, parts, transport, onProgress }) {
    onProgress({ type: 'stage', stage: 'decode', message: `looking at ${file}` });
    const options = readLocalFile(flags, parts, transport);
    const image = await createInspectImage(parts)(resolve(cwd, file), options);
    return { text: formatTable(rows(image)), json: image };
  },
};

function rows({ layers, sizeBytes, virtualSize, facts }: ImageInspection): string[][] {
  const { variant, clusterBytes, compression, features } = facts;
  const size =
    virtualSize === undefined ? 'shows only when it is decoded' : formatExactBytes(virtualSize);
  return [
    ['layers', layers.join('>')],
    ['file size', formatExactBytes(sizeBytes)],
    ['virtual size', size],
    ...(variant === undefined ? [] : [['variant', variant]]),
    ...(clusterBytes === undefined ? [] : [['cluster size', formatBytes(clusterBytes)]]),
    ...(compression === undefined ? [] : [['compression', compression]]),
    ['features', features.length === 0 ? 'none' : features.join(', ')],
  ];
}
