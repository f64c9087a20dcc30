import { type Disk, defineFormat } from '../src/kit.ts';
import { findVolume } from './iso/volume.ts';

/**
 * An optical disc, ISO 9660 or UDF, copied byte for byte: a disk for a machine that boots or attaches it. With a boot
 * sector it is an isohybrid; `facts.features` says so and gives the volume's name. `virtualSize` is the file's length,
 * `undefined` until that is known.
 */
export const iso: Disk = defineFormat({
  kind: 'disk',
  id: 'iso',
  detect: (probe) => findVolume(probe.head) !== undefined,
  open: async (source, context) => (await import('./iso/open-iso.ts')).openIso(source, context),
});
