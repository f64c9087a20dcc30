import {
  type Archive,
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  type DiskWriter,
  defineFormat,
  defineWriter,
  type WantedEntry,
} from '../src/kit.ts';
import { looksLikeTar, showsOvf } from './shared/tar/detect.ts';

/**
 * An Open Virtualization Appliance (DMTF DSP0243): a tar archive with a descriptor of the machine; only the disks that
 * the descriptor names are offered. An archive with a late descriptor looks like any tar archive until the descriptor
 * is read. If there is a manifest, even as the last member, every member that it lists is compared with it; this proves
 * that the archive is complete, not who made it.
 */
export const ova: Archive = defineFormat({
  kind: 'archive',
  id: 'ova',
  detect: ({ head }) => looksLikeTar(head) && showsOvf(head),
  entries,
});

async function* entries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  yield* (await import('./shared/ova/entries.ts')).archiveEntries('ova', source, context, wanted);
}

/**
 * A machine with one streamOptimized VMDK, for ESXi, vCenter and VirtualBox; its descriptor holds `os` and `firmware`.
 */
export const ovaWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'ova',
  extension: 'ova',
  options: {
    os: { values: ['linux', 'freebsd', 'other'], default: 'linux' },
    firmware: { values: ['bios', 'efi'], default: 'bios' },
  },
  check: async (disk) => (await import('./shared/vmdk/write-stream.ts')).checkStream('ova', disk),
  write: async (disk, out, context) =>
    (await import('./ova/writer.ts')).writeOva(disk, out, context),
});
