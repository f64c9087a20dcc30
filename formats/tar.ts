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
 * tar: v7, POSIX ustar and pax, GNU, and every form of sparse members (old GNU, pax 0.0, 0.1 and 1.0), expanded.
 *
 * Read here and not by a library: tar-stream knows no sparse members and hands out their packed bytes, node-tar passes
 * over them, and both take numbers, pax records and repeated names as they come. Neither can hand out a member as a range
 * of the file that it lies in.
 */
export const tar: Archive = defineFormat({
  kind: 'archive',
  id: 'tar',
  detect: ({ head }) => looksLikeTar(head) && !showsOvf(head),
  entries,
});

async function* entries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  yield* (await import('./shared/ova/entries.ts')).archiveEntries('tar', source, context, wanted);
}

/** `disk.raw` in a tar.gz, for Google Compute Engine. Only its id selects it: a tar.gz may hold anything. */
export const tarWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'tar.gz',
  check: async () => {},
  write: async (disk, out, context) =>
    (await import('./tar/writer.ts')).writeTarGz(disk, out, context),
});
