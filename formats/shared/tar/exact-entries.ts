import type { ArchiveEntry, ByteSource, DecodeContext } from '../../../src/kit.ts';
import { ExactMembers } from '../archives/exact-members.ts';
import { readTarMembers } from './walk.ts';

/** The members of a tar archive that must hold exactly these regular files, each as it comes. */
export async function* exactEntries(
  format: string,
  names: readonly string[],
  source: ByteSource,
  context: DecodeContext,
): AsyncGenerator<ArchiveEntry> {
  const members = new ExactMembers(format, names);
  for await (const member of readTarMembers(source, context, members)) {
    const { name, sizeBytes, finish } = member;
    yield { name, sizeBytes, source: member.source, finish };
  }
  members.finish();
}
