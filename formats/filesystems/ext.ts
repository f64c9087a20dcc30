import { defineFormat, type FileSystemFormat, hasMagic } from '../../src/kit.ts';

/**
 * ext2, ext3 and ext4, read-only. A journal that needs replay and an encrypted file are refused with a clear reason.
 */
export const ext: FileSystemFormat = defineFormat({
  kind: 'filesystem',
  id: 'ext',
  detect: ({ head }) => hasMagic(head, [0x53, 0xef], 1080),
  open: async (volume, context) => (await import('./ext/open-ext.ts')).openExt(volume, context),
});
