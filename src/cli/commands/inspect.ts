import { resolve } from 'node:path';
import { createRootdisk, type ImageInspection } from '../../core.ts';
import { remedies } from '../../errors/codes.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { defined } from '../../kit/defined.ts';
import { fileOptions } from '../args/option-groups.ts';
import { readLocalFile } from '../args/read-options.ts';
import { describeDisk } from '../print/describe-disk.ts';
import { drawMap } from '../print/draw-map.ts';
import { formatBytes, formatExactBytes } from '../print/format.ts';
import { formatTable } from '../print/format-table.ts';
import type { Command } from './command.ts';

export const inspect: Command = {
  name: 'inspect',
  operands: ['<file>'],
  summary: 'Show layers, sizes and features of an image file.',
  options: fileOptions,
  examples: [
    ['rootdisk inspect disk.qcow2', 'layers, virtual size and features'],
    ['rootdisk inspect disk.img.gz --json | jq .virtualSize', 'for scripts'],
  ],
  async run({ operands: [file = ''], flags, cwd, parts, transport, onProgress, warn, columns }) {
    onProgress({ type: 'stage', stage: 'decode', message: `reading ${file}` });
    const image = await createRootdisk(parts).inspectImage(resolve(cwd, file), {
      ...readLocalFile(flags, parts, transport),
      onProgress: (bytes, virtualSize) => {
        onProgress({ type: 'decode', bytes, ...defined({ virtualSize }) });
      },
    });
    warn(image.warnings);
    const text = [formatTable(rows(image), { columns }), ...picture(image, columns)].join('\n');
    // The same code with which a conversion would end.
    const [hazard] = image.hazards;
    const exitCode = hazard === undefined ? 0 : exitCodes[remedies[hazard.code]];
    return { text, json: image, exitCode };
  },
};

function rows(image: ImageInspection): string[][] {
  const { layers, sizeBytes, virtualSize, dataBytes, facts, disk, hazards } = image;
  const { variant, clusterBytes, compression, features = [] } = facts ?? {};
  const row = (name: string, value: string | undefined) =>
    value === undefined ? [] : [[name, value]];
  return [
    ['layers', layers.length === 0 ? 'none recognized' : layers.join('>')],
    ['file size', formatExactBytes(sizeBytes)],
    ...row('virtual size', virtualSize === undefined ? undefined : formatExactBytes(virtualSize)),
    ...row('allocated', dataBytes === undefined ? undefined : formatExactBytes(dataBytes)),
    ...row('variant', variant),
    ...row('cluster size', clusterBytes === undefined ? undefined : formatBytes(clusterBytes)),
    ...row('compression', compression),
    ['features', features.length === 0 ? 'none' : features.join(', ')],
    ...(disk === undefined ? [] : describeDisk(disk)),
    ...(hazards.length === 0 ? [['hazards', 'none']] : []),
    ...hazards.flatMap(({ reason, message, meaning, hint, allow }) => [
      ['hazard', `${reason}: ${message}`],
      ['meaning', meaning],
      ['hint', hint],
      ...row('allowed by', allow === undefined ? undefined : `--allow ${allow}`),
    ]),
  ];
}

/** A small map of the disk, for people at a terminal. */
function picture({ extents, virtualSize }: ImageInspection, columns: number | undefined): string[] {
  if (columns === undefined || extents === undefined || !virtualSize) return [];
  return ['', ...drawMap(extents, virtualSize, columns)];
}
