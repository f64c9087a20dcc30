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
 * tar: v7, POSIX ustar and pax, GNU, and every form of sparse members (old GNU, pax 0.0, 0.1 and 1.0), with their holes
 * filled in.
 *
 * Read here and not by a library: tar-stream does not know sparse members and returns their packed bytes, node-tar
 * skips them, and both accept numbers, pax records and repeated names unchecked. Neither can give a member as a range
 * of its file.
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

/**
 * `disk.raw` in a tar.gz, for Google Compute Engine. It is selected only by its id, because a tar.gz may hold anything.
 */
export const tarWriter: DiskWriter = defineWriter({
  kind: 'writer',
  id: 'tar.gz',
  check: async () => {},
  write: async (disk, out, context) =>
    (await import('./tar/writer.ts')).writeTarGz(disk, out, context),
});
