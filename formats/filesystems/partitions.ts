import { defineFormat, hasMagic, type VolumeFormat } from '../../src/kit.ts';

/**
 * Partition tables: GPT with the primary or backup header, MBR with logical partitions; sectors of 512 and 4096 bytes.
 */
export const partitions: VolumeFormat = defineFormat({
  kind: 'volumes',
  id: 'partitions',
  detect: ({ head }) => {
    return (
      hasMagic(head, [0x55, 0xaa], 510) ||
      hasMagic(head, 'EFI PART', 512) ||
      hasMagic(head, 'EFI PART', 4096)
    );
  },
  open: async (disk, context) =>
    (await import('./partitions/read-table.ts')).readTable(disk, context),
});
