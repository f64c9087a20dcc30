import type { DiskContent } from '../../core.ts';
import { formatBytes } from './format.ts';

/** Rows of a table: the partition table, each volume with what it holds, and the systems. */
export function describeDisk({ scheme, volumes, roots, warnings }: DiskContent): string[][] {
  return [
    ...(scheme === undefined ? [] : [['partition table', scheme]]),
    ...volumes.map(({ name, sizeBytes, label, fileSystem, refusal }) => {
      const { id = 'unknown', label: volumeLabel, uuid } = fileSystem ?? {};
      const labels = [label, volumeLabel].filter((one) => one !== undefined && one !== '');
      const facts = refusal === undefined ? [id, ...labels, uuid ?? []].flat() : [refusal.message];
      return [name, [formatBytes(sizeBytes), ...facts].join(', ')];
    }),
    ...roots.map(({ volume, subvolume, system }) => {
      const place = subvolume === undefined ? volume : `${volume}@${subvolume}`;
      const { id, version, name } = system ?? {};
      return [
        'system',
        [name ?? ([id, version].join(' ').trim() || 'unknown'), `on ${place}`].join(' '),
      ];
    }),
    ...warnings.map((one) => ['warning', one]),
  ];
}
