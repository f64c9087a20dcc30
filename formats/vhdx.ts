import { type Disk, type DiskWriter, defineFormat, defineWriter, hasMagic } from '../src/kit.ts';
import { vhdxMagic } from './vhdx/magic.ts';

/**
 * Hyper-V's virtual disk, fixed and dynamic. A log that was not replayed is replayed in memory. A disk with a parent or
 * with contradictions is a `DecodeError`.
 */
export const vhdx: Disk = defineFormat({
  kind: 'disk',
  id: 'vhdx',
  detect: (probe) => hasMagic(probe.head, vhdxMagic),
  open: async (source, context) => (await import('./vhdx/open-vhdx.ts')).openVhdx(source, context),
});

/** A dynamic VHDX. */
export const vhdxWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'vhdx',
  extension: 'vhdx',
  check: async (disk) => (await import('./vhdx/writer.ts')).checkVhdx(disk),
  write: async (disk, out, context) =>
    (await import('./vhdx/writer.ts')).writeVhdx(disk, out, context),
});
