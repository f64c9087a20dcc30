import { defineFormat, type FileSystemFormat } from '../../src/kit.ts';
import { nameContent } from './named/name-content.ts';

/** Formats that are recognized but not read: LUKS is refused as encrypted, the others as not supported. */
export const named: FileSystemFormat = defineFormat({
  kind: 'filesystem',
  id: 'named',
  detect: ({ head }) => nameContent(head) !== undefined,
  open: async (volume, { signal }) =>
    (await import('./named/refuse-content.ts')).refuseContent(volume, signal),
});
