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
 * An Open Virtualization Appliance (DMTF DSP0243): a tar archive with a descriptor of the machine, and only the disks that
 * it names are offered. An archive whose descriptor comes late looks like any other tar archive, and is read as one that
 * turns out to be an appliance. A manifest is held against every member it lists, also when it comes last; it proves that
 * the archive is whole, not where it comes from.
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

/** A machine with one streamOptimized VMDK, for ESXi, vCenter and VirtualBox: `os` and `firmware` go into its descriptor. */
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
