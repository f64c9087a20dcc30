import { type Disk, type DiskWriter, defineFormat, defineWriter, hasMagic } from '../src/kit.ts';
import { vdiMagic, vdiMagicAt } from './vdi/magic.ts';

/**
 * VirtualBox's disk image, version 1.1, dynamic and static. Undo and differencing images, a map that names a block
 * twice or one that does not exist, and a file that ends too early are a `DecodeError`; the format has no checksums.
 */
export const vdi: Disk = defineFormat({
  kind: 'disk',
  id: 'vdi',
  detect: (probe) => hasMagic(probe.head, vdiMagic, vdiMagicAt),
  open: async (source, context) => (await import('./vdi/open-vdi.ts')).openVdi(source, context),
});

/** A dynamic VDI. */
export const vdiWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'vdi',
  extension: 'vdi',
  check: async (disk) => (await import('./vdi/writer.ts')).checkVdi(disk),
  write: async (disk, out, context) =>
    (await import('./vdi/writer.ts')).writeVdi(disk, out, context),
});
