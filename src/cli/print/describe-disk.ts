import type { BootLoader, DiskBootFacts, DiskInspection } from '../../core.ts';
import { formatBytes } from './format.ts';

/** Rows of a table: the partition table, each volume with what it holds, and the systems. */
export function describeDisk(disk: DiskInspection): string[][] {
  const { scheme, volumes, roots, warnings, boot, bootRefusal } = disk;
  const isTold = volumes.some(({ refusal }) => refusal?.message === bootRefusal?.message);
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
    ...(boot === undefined ? [] : describeBoot(boot)),
    ...(bootRefusal === undefined || isTold ? [] : [['boot entry', bootRefusal.message]]),
    ...[...warnings, ...(boot?.warnings ?? [])].map((one) => ['warning', one]),
  ];
}

/** The default entry of the boot menu, its files, and the versions of the other kernels. */
function describeBoot({ entry, menu }: DiskBootFacts): string[][] {
  const { loader, id, title, version, kernel, initrd, cmdline } = entry;
  const others = new Set(menu.map((one) => one.version ?? one.id));
  others.delete(version ?? id);
  return [
    ['boot entry', `${title ?? id}, ${loaderNames[loader]}`],
    ['kernel', `${kernel.file}, ${kernel.kind}, ${formatBytes(kernel.sizeBytes)}`],
    ...initrd.map(({ file, sizeBytes }) => ['initrd', `${file}, ${formatBytes(sizeBytes)}`]),
    ['command line', cmdline ?? 'unknown'],
    ...(others.size === 0 ? [] : [['other kernels', [...others].join(', ')]]),
  ];
}

const loaderNames: Record<BootLoader, string> = {
  bls: 'of the Boot Loader Specification',
  uki: 'a unified kernel image',
  grub: 'of GRUB',
  extlinux: 'of extlinux',
  files: 'without a configuration',
};
