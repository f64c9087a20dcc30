import {
  type Archive,
  type ArchiveEntry,
  abortable,
  type ByteSource,
  type DecodeContext,
  defineFormat,
  hasMagic,
  type WantedEntry,
} from '../src/kit.ts';
import { memberTooLong } from './shared/archives/member-too-long.ts';
import { readDirectory } from './zip/directory.ts';
import { openEntry } from './zip/open-entry.ts';

/**
 * zip and zip64, members stored or deflated. The central directory at the end of the file is the truth, so nothing is
 * decoded before the last byte has arrived; the headers in front of the members must agree with it.
 */
export const zip: Archive = defineFormat({
  kind: 'archive',
  id: 'zip',
  // The second is an archive without a member, or the end of one.
  detect: ({ head }) => hasMagic(head, 'PK\x03\x04') || hasMagic(head, 'PK\x05\x06'),
  entries,
});

async function* entries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  const { limits, signal } = context;
  while (source.sizeBytes === undefined) await abortable(source.grown(), signal);
  const members = await abortable(readDirectory(source, source.sizeBytes, context, wanted), signal);
  for (const member of members) {
    if (wanted?.name !== undefined && member.name !== wanted.name) continue;
    if (member.sizeBytes > limits.virtualBytes)
      throw memberTooLong('zip', member.sizeBytes, limits.virtualBytes);
    const entry = openEntry(source, member, context);
    yield entry;
    await entry.finish();
  }
}
