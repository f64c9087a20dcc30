import type { ByteSource } from '../contracts/bytes.ts';
import type { Archive, DecodeContext } from '../contracts/format.ts';
import { refuse } from '../errors.ts';

/** The member of an archive that is the disk: the named one, or the only one. `finish` reads the archive to its end. */
export async function openMember(
  archive: Archive,
  source: ByteSource,
  entry: string | undefined,
  context: DecodeContext,
): Promise<{ source: ByteSource; finish: () => Promise<void> }> {
  const entries = archive.entries(source, context)[Symbol.asyncIterator]();
  for (;;) {
    const next = await entries.next();
    if (next.done === true) throw noMember(archive.id, entry);
    const member = next.value;
    if (entry !== undefined && member.name !== entry) {
      await member.finish();
      continue;
    }
    const finish = async (): Promise<void> => {
      await member.finish();
      for (let rest = await entries.next(); rest.done !== true; rest = await entries.next()) {
        if (entry === undefined) throw ambiguous(archive.id, member.name, rest.value.name);
        if (rest.value.name === entry) throw ambiguous(archive.id, entry, entry);
        await rest.value.finish();
      }
    };
    return { source: member.source, finish };
  }
}

function noMember(format: string, entry: string | undefined): Error {
  const what = entry === undefined ? 'no member' : `no member ${JSON.stringify(entry)}`;
  return refuse('not-an-image', `the ${format} archive holds ${what}`, {
    format,
    hint: 'Name a member that is there (--entry).',
  });
}

function ambiguous(format: string, first: string, second: string): Error {
  return refuse(
    'ambiguous-content',
    `the ${format} archive holds ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
    { format, hint: 'Name the member that is the disk (--entry).' },
  );
}
