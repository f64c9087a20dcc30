import { defineFormat, type FileSystemFormat, viewOf } from '../../src/kit.ts';

/** FAT12, FAT16 and FAT32 with long names, read-only. exFAT is a different format. */
export const fat: FileSystemFormat = defineFormat({
  kind: 'filesystem',
  id: 'fat',
  detect: ({ head }) => {
    if (head.length < 512) return false;
    const view = viewOf(head);
    const sectorBytes = view.getUint16(11, true);
    const clusterSectors = view.getUint8(13);
    const fats = view.getUint8(16);
    // The jump and the mark at the end are usual but not required; the numbers are.
    return (
      [512, 1024, 2048, 4096].includes(sectorBytes) &&
      clusterSectors > 0 &&
      (clusterSectors & (clusterSectors - 1)) === 0 &&
      view.getUint16(14, true) > 0 &&
      (fats === 1 || fats === 2) &&
      (view.getUint16(22, true) > 0 || view.getUint32(36, true) > 0)
    );
  },
  open: async (volume, context) =>
    (await import('./fat/open-fat.ts')).openFatVolume(volume, context),
});
