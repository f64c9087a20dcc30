import {
  type Archive,
  type ArchiveEntry,
  type ByteSource,
  type DecodeContext,
  defineFormat,
  type WantedEntry,
} from '../src/kit.ts';
import { MemberList } from './shared/archives/member-list.ts';
import { beginsWithOvf, looksLikeTar } from './shared/tar/detect.ts';
import { readTarMembers, type TarMember } from './shared/tar/walk.ts';

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
  detect: ({ head }) => looksLikeTar(head) && !beginsWithOvf(head),
  entries,
});

async function* entries(
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
