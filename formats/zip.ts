import {
  type Archive,
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  defineFormat,
  hasMagic,
  type WantedEntry,
} from '../src/kit.ts';
import { hasSpanMarker } from './zip/magic.ts';

/**
 * zip and zip64, members stored or deflated. Only the central directory at the end of the file is authoritative, so
 * decoding begins after the last byte has arrived; the headers before the members must agree with it.
 */
export const zip: Archive = defineFormat({
  kind: 'archive',
  id: 'zip',
  // The second magic is that of an archive without members, or of the end of an archive.
  detect: ({ head }) =>
    hasMagic(head, 'PK\x03\x04') || hasMagic(head, 'PK\x05\x06') || hasSpanMarker(head),
  entries,
});

async function* entries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  yield* (await import('./zip/entries.ts')).zipEntries(source, context, wanted);
}
