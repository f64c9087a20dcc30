import { defineFormat, type FileSystemFormat, hasMagic } from '../../src/kit.ts';

/**
 * Btrfs on one device, read-only, with its subvolumes and compressions. RAID over several devices is refused with its
 * name.
 */
export const btrfs: FileSystemFormat = defineFormat({
  kind: 'filesystem',
  id: 'btrfs',
  detect: ({ head }) => hasMagic(head, '_BHRfS_M', 65_600),
  open: async (volume, context) =>
    (await import('./btrfs/open-btrfs.ts')).openBtrfs(volume, context),
});
