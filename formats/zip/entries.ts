import {
  type ArchiveEntry,
  abortable,
  type ByteSource,
  type DecodeContext,
  type WantedEntry,
} from '../../src/kit.ts';
import { memberTooLong } from '../shared/archives/member-too-long.ts';
import { readDirectory } from './directory.ts';
import { openEntry } from './open-entry.ts';

/** Every member, or the requested one, in the order of the central directory. */
export async function* zipEntries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  const { limits, signal } = context;
  while (source.sizeBytes === undefined) await abortable(source.grown(), signal);
  const members = await abortable(readDirectory(source, source.sizeBytes, context, wanted), signal);
  for (const member of members) {
    if (wanted?.name !== undefined && member.name !== wanted.name) continue;
    if (!member.name.startsWith(wanted?.folder ?? '')) continue;
    if (member.sizeBytes > limits.virtualBytes)
      throw memberTooLong('zip', member.sizeBytes, limits.virtualBytes, member.sizeBytes);
    const entry = openEntry(source, member, context);
    yield entry;
    await entry.finish();
  }
}
