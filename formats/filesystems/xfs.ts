import { defineFormat, type FileSystemFormat, hasMagic } from '../../src/kit.ts';

/** XFS, versions 4 and 5, read-only. A log that needs replay is refused with a clear reason. */
export const xfs: FileSystemFormat = defineFormat({
  kind: 'filesystem',
  id: 'xfs',
  detect: ({ head }) => hasMagic(head, 'XFSB'),
  open: async (volume, context) => (await import('./xfs/open-xfs.ts')).openXfs(volume, context),
});
