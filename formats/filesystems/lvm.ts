import { defineFormat, hasMagic, type VolumeFormat } from '../../src/kit.ts';

/**
 * Linear volumes of LVM2, named `GROUP/VOLUME`. A volume of another kind is listed, and refused with its kind when it
 * is read.
 */
export const lvm: VolumeFormat = defineFormat({
  kind: 'volumes',
  id: 'lvm2',
  detect: ({ head }) => [0, 1, 2, 3].some((sector) => hasMagic(head, 'LABELONE', sector * 512)),
  open: async (volume, context) => (await import('./lvm/open-lvm.ts')).openLvm(volume, context),
});
