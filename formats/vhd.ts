import {
  type Disk,
  type DiskWriter,
  defineFormat,
  defineWriter,
  hasMagic,
  type Probe,
} from '../src/kit.ts';
import { findFooter, footerBytes, vhdMagic } from './vhd/footer.ts';
import { readLateFooter } from './vhd/late-footer.ts';

/**
 * Microsoft's Virtual Hard Disk, fixed and dynamic; its size is the footer's current size, not its geometry. Only the
 * last bytes of a file show that it is a fixed one, so its `virtualSize` is `undefined` until they have arrived.
 * Differencing disks and contradictions are a `DecodeError`.
 */
export const vhd: Disk = defineFormat({
  kind: 'disk',
  id: 'vhd',
  detect,
  open: async (source, context) => (await import('./vhd/open-vhd.ts')).openVhd(source, context),
  readFooter: readLateFooter,
});

function detect({ head, tail }: Probe): boolean {
  if (hasMagic(head, vhdMagic)) return true;
  return tail !== undefined && findFooter(tail.subarray(-footerBytes)) !== undefined;
}

/** A fixed VHD whose size is rounded up to whole MiB, as Azure requires. */
export const vhdWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'vhd',
  extension: 'vhd',
  check: async (disk) => (await import('./vhd/writer.ts')).checkVhd(disk),
  write: async (disk, out, context) =>
    (await import('./vhd/writer.ts')).writeVhd(disk, out, context),
});
