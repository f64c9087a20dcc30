import { readList } from '../cache/records/values.ts';
import { type Arch, arches } from '../contracts/arch.ts';
import { UsageError } from '../errors.ts';
import { parseRecord, parseText } from '../kit/records.ts';
import { isAlias } from './alias.ts';
import { LockDefect, refuseUnknownMembers } from './defect.ts';

/**
 * Runs the reader of a lock file or a catalog. Its errors become `ERR_INVALID_REQUEST` with the option, the path and the place
 * in the file.
 */
export function inFile<T>(field: 'lockfile' | 'catalog', path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const defect = error instanceof LockDefect ? error : new LockDefect(error.message);
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `${path}: ${defect.message}`,
      hint: defect.hint,
      details: { field, value: path },
    });
  }
}

export function parseFileText(text: string): unknown {
  try {
    // Editors of Windows write a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new LockDefect(`this is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** Reads what both files contain: the version of their format, and images with different names. */
export function readNamedImages<Image extends { alias: string }>(
  content: unknown,
  { member, version }: { member: 'lockfileVersion' | 'catalogVersion'; version: number },
  readImage: (value: unknown, where: string) => Image,
): { $schema: unknown; images: Image[] } {
  const { $schema, [member]: found, images, ...others } = parseRecord(content, 'the file');
  // Checked first, because the content of a later version is unknown.
  if (typeof found === 'number' && found > version) {
    throw new LockDefect(
      `a later version of this package wrote it (${member} ${found}, this one reads ${version})`,
      'Install the version of this package that wrote it, or a later one.',
    );
  }
  refuseUnknownMembers(others, '', ['$schema', member, 'images']);
  if (found !== version) throw new LockDefect(`${member} should be ${version}`);
  const read = readList(images, 'images', readImage);
  refuseDoubles(read.map(({ alias }) => alias));
  return { $schema, images: read };
}

export function readAlias(value: unknown, where: string): string {
  const alias = parseText(value, where);
  if (isAlias(alias)) return alias;
  throw new LockDefect(
    `${where} ${JSON.stringify(alias)} cannot be a name`,
    'Use 1 to 64 of a-z, 0-9, ".", "_" and "-"; begin with a letter or a digit.',
  );
}

/** One value for each architecture; at least one. */
export function readArchitectures<T>(
  value: unknown,
  where: string,
  read: (value: unknown, where: string) => T,
): Partial<Record<Arch, T>> {
  const members = parseRecord(value, where);
  refuseUnknownMembers(members, where, arches);
  const pairs = arches.flatMap((arch): (readonly [Arch, T])[] =>
    members[arch] === undefined ? [] : [[arch, read(members[arch], `${where}.${arch}`)]],
  );
  if (pairs.length === 0) throw new LockDefect(`${where} has no architecture`);
  return Object.fromEntries(pairs);
}

function refuseDoubles(names: readonly string[]): void {
  const double = names.findIndex((name, index) => names.indexOf(name) < index);
  const name = names[double];
  if (name === undefined) return;
  throw new LockDefect(
    `images[${names.indexOf(name)}] and images[${double}] both have the alias ${JSON.stringify(name)}`,
    'Rename or remove one of the two.',
  );
}
