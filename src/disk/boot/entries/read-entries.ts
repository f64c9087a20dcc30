import type { FilePaths } from '../../../contracts/file-system.ts';
import { refuse } from '../../../errors.ts';
import { unlessMissing } from '../unless-missing.ts';
import { type EntryFile, parseEntry } from './parse-entry.ts';

const most = { files: 1000, bytes: 65_536 };

/** A type 1 entry, with the name of its file without `.conf`. */
export interface NamedEntry {
  name: string;
  entry: EntryFile;
}

/** The type 1 entries of a folder, by name; `undefined` if the folder does not exist. */
export async function readEntries(
  files: FilePaths,
  folder: string,
): Promise<NamedEntry[] | undefined> {
  const names = await namesIn(files, folder);
  if (names !== undefined && names.length > most.files) {
    throw refuse('limit', `${folder} holds more than ${most.files} boot entries`, {
      limit: most.files,
      value: names.length,
    });
  }
  if (names === undefined) return undefined;
  const entries: NamedEntry[] = [];
  for (const name of names) {
    const path = `${folder}/${name}`;
    const bytes = await unlessMissing(() => files.read(path, { mostBytes: most.bytes }));
    // A dangling link is not an entry.
    if (bytes === undefined) continue;
    const entry = parseEntry(Buffer.from(bytes).toString('utf8'));
    entries.push({ name: name.slice(0, -'.conf'.length), entry });
  }
  return entries;
}

async function namesIn(files: FilePaths, folder: string): Promise<string[] | undefined> {
  const listed = await unlessMissing(() => files.list(folder));
  return listed
    ?.filter(({ name, kind }) => {
      return kind !== 'directory' && kind !== 'other' && /^[^.].*\.conf$/i.test(name);
    })
    .map(({ name }) => name);
}
