import type { ArchiveEntry, ByteSource, DecodeContext, WantedEntry } from '../../src/kit.ts';
import { MemberList } from '../shared/archives/member-list.ts';
import { readTarMembers, type TarMember } from '../shared/tar/walk.ts';

/** Every file, or the wanted one, in the order of the archive. */
export async function* tarEntries(
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  const members = new MemberList('tar', context.limits.members);
  // Of a file that is all there, every name is known before a byte of a member is read.
  const isWhole = wanted !== undefined && source.readyBytes === source.sizeBytes;
  const kept: TarMember[] = [];
  for await (const member of readTarMembers(source, context, members)) {
    if (isWhole) kept.push(member);
    else if (mayBe(member, members, wanted)) yield entryOf(member);
  }
  members.check(wanted);
  for (const member of kept) if (mayBe(member, members, wanted)) yield entryOf(member);
}

/** The first of a stream is read as it comes; whether it is the only one is known, and said, at the end. */
function mayBe(
  { name }: TarMember,
  { files }: MemberList,
  wanted: WantedEntry | undefined,
): boolean {
  return wanted === undefined || name === (wanted.name ?? files[0]);
}

function entryOf({ name, sizeBytes, source, finish }: TarMember): ArchiveEntry {
  return { name, sizeBytes, source, finish };
}
