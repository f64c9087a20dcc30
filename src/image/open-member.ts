import type { ByteSource } from '../contracts/bytes.ts';
import type { Archive, ArchiveEntry, DecodeContext } from '../contracts/format.ts';
import { refuse } from '../errors.ts';
import { defined } from '../kit/defined.ts';

/** Most names in a message. */
const maxNames = 10;

/**
 * The member of an archive that is the disk: the named one, the only one in the named folder, or the only one.
 * `finish` reads the archive to its end.
 */
export async function openMember(
  archive: Archive,
  source: ByteSource,
  entry: string | undefined,
  context: DecodeContext,
): Promise<{ source: ByteSource; finish: () => Promise<void> }> {
  const isFolder = entry?.endsWith('/') === true;
  const wanted = isFolder ? { folder: entry } : defined({ name: entry });
  const isMeant = ({ name }: ArchiveEntry): boolean =>
    entry === undefined || (isFolder ? name.startsWith(entry) : name === entry);
  const entries = archive.entries(source, context, wanted)[Symbol.asyncIterator]();
  const passed: string[] = [];
  for (;;) {
    const next = await entries.next();
    if (next.done === true) throw noMember(archive.id, entry, passed);
    const member = next.value;
    if (!isMeant(member)) {
      if (passed.length <= maxNames) passed.push(member.name);
      await member.finish();
      continue;
    }
    const finish = async (): Promise<void> => {
      await member.finish();
      for (let rest = await entries.next(); rest.done !== true; rest = await entries.next()) {
        if (isMeant(rest.value)) throw ambiguous(archive.id, member.name, rest.value.name);
        await rest.value.finish();
      }
    };
    return { source: member.source, finish };
  }
}

function noMember(format: string, entry: string | undefined, passed: string[]): Error {
  const what = entry === undefined ? 'no member' : `no member ${JSON.stringify(entry)}`;
  const names = passed.slice(0, maxNames).map((name) => JSON.stringify(name));
  const there = names.length === 0 ? '' : `, only ${names.join(', ')}`;
  const more = passed.length > maxNames ? ' and more' : '';
  return refuse('not-an-image', `the ${format} archive holds ${what}${there}${more}`, {
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
