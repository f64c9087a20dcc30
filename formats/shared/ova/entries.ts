import type { ArchiveEntry, ByteSource, DecodeContext, WantedEntry } from '../../../src/kit.ts';
import { exactEntries } from '../tar/exact-entries.ts';
import { readTarMembers, type TarMember } from '../tar/walk.ts';
import { joinChunks } from './chunks.ts';
import { Contents } from './contents.ts';

/**
 * The members of a tar archive that could be the disk, or the requested one. An archive with an OVF descriptor is an
 * appliance, and only the disks that the descriptor names are offered; it may come last. In a complete file every name
 * is known before a member is read. In a stream the first member that could be the disk is read as it comes, and the
 * end of the archive shows whether it was the right one.
 */
export async function* archiveEntries(
  format: 'tar' | 'ova',
  source: ByteSource,
  context: DecodeContext,
  wanted?: WantedEntry,
): AsyncGenerator<ArchiveEntry> {
  if (wanted?.exactly !== undefined) {
    yield* exactEntries(format, wanted.exactly, source, context);
    return;
  }
  const contents = new Contents(format, context, wanted);
  const walk = readTarMembers(source, context, contents.members);
  const isWhole = source.readyBytes === source.sizeBytes;
  const kept: TarMember[] = [];
  let back: TarMember | undefined;
  const next = async (): Promise<TarMember | undefined> => {
    const member = back ?? (await walk.next()).value ?? undefined;
    back = undefined;
    return member;
  };
  try {
    for (let member = await next(); member !== undefined; member = await next()) {
      if (await contents.takeDocument(member)) continue;
      contents.note(member);
      if (contents.ovf === undefined) {
        if (isWhole && (wanted !== undefined || format === 'ova')) kept.push(member);
        else if (contents.mayBe(member)) yield entryOf(member);
        continue;
      }
      const place = contents.placeOf(member);
      if (place === undefined) continue;
      if (!place.isChunk) {
        await contents.checkLength(place.disk, member);
        yield entryOf(member);
        continue;
      }
      const joined = joinChunks(place, member, next, contents, context);
      yield joined.entry;
      back = await joined.finish();
    }
    contents.checkChoice();
    if (contents.ovf === undefined) {
      for (const member of kept) if (contents.mayBe(member)) yield entryOf(member);
      return;
    }
    for (let i = 0; i < kept.length; i += 1) {
      const member = kept[i];
      const place = member === undefined ? undefined : contents.placeOf(member);
      if (member === undefined || place === undefined) continue;
      if (place.isChunk) {
        const rest = kept.slice(i + 1)[Symbol.iterator]();
        const after = async (): Promise<TarMember | undefined> => rest.next().value;
        const joined = joinChunks(place, member, after, contents, context);
        yield joined.entry;
        await joined.finish();
      } else {
        await contents.checkLength(place.disk, member);
        yield entryOf(member);
      }
    }
    await contents.checkDisks();
  } finally {
    await walk.return(undefined);
  }
}

function entryOf({ name, sizeBytes, source, finish }: TarMember): ArchiveEntry {
  return { name, sizeBytes, source, finish };
}
