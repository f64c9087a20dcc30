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
 * zip and zip64, members stored or deflated. The central directory at the end of the file is the truth, so nothing is
 * decoded before the last byte has arrived; the headers in front of the members must agree with it.
 */
export const zip: Archive = defineFormat({
  kind: 'archive',
  id: 'zip',
  // The second is an archive without a member, or the end of one.
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
