import {
  type Archive,
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  defineFormat,
  type WantedEntry,
} from '../src/kit.ts';
import { beginsWithOvf, looksLikeTar } from './shared/tar/detect.ts';

/**
 * An Open Virtualization Appliance (DMTF DSP0243): a tar archive whose first member describes the machine. Only disks are
 * offered. A manifest is held against every member it lists, also when it comes last; it proves that the archive is
 * whole, not where it comes from.
 */
export const ova: Archive = defineFormat({
  kind: 'archive',
  id: 'ova',
  detect: ({ head }) => looksLikeTar(head) && beginsWithOvf(head),
  entries,
});

async function* entries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  yield* (await import('./ova/entries.ts')).ovaEntries(source, context, wanted);
}
