import { readList, readTexts } from '../cache/records/values.ts';
import { type Arch, arches } from '../contracts/arch.ts';
import { isImageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../kit/records.ts';
import { parseReference } from '../line/reference.ts';
import { isAlias } from './alias.ts';
import { LockDefect, refuseFile, refuseUnknownMembers } from './defect.ts';
import { type LockEntry, type LockedImage, type LockFile, lockfileVersion } from './lock-file.ts';
import { parseLockedImage } from './parse-image.ts';

/**
 * Reads a lock file strictly: `ERR_INVALID_REQUEST`, naming the file and the place in it, for a member that is unknown,
 * missing or malformed, for two entries of one name, and for a later version of the format.
 */
export function parseLockFile(text: string, path: string): LockFile {
  try {
    return readFile(parseJson(text));
  } catch (error) {
    if (error instanceof LockDefect) throw refuseFile('lockfile', path, error);
    const isDefect = error instanceof Error;
    throw isDefect ? refuseFile('lockfile', path, new LockDefect(error.message)) : error;
  }
}

function parseJson(text: string): unknown {
  try {
    // Editors of Windows write a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new LockDefect(`this is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function readFile(content: unknown): LockFile {
  const members = parseRecord(content, 'the file');
  const version = members['lockfileVersion'];
  // Before anything else: what a later version writes is not known here.
  if (typeof version === 'number' && version > lockfileVersion) {
    throw new LockDefect(
      `a later version of this package wrote it (lockfileVersion ${version}, this one reads ${lockfileVersion})`,
      'Install the version of this package that wrote it, or a later one.',
    );
  }
  refuseUnknownMembers(members, '', ['$schema', 'lockfileVersion', 'images']);
  if (version !== lockfileVersion) {
    throw new LockDefect(`lockfileVersion should be ${lockfileVersion}`);
  }
  const images = readList(members['images'], 'images', readEntry);
  refuseDoubles(images);
  return {
    ...defined({ $schema: parseOptional(members['$schema'], '$schema', parseText) }),
    images,
  };
}

function readEntry(value: unknown, where: string): LockEntry {
  const members = parseRecord(value, where);
  const known = ['alias', 'request', 'variant', 'parameters', 'architectures'];
  refuseUnknownMembers(members, where, known);
  const alias = parseText(members['alias'], `${where}.alias`);
  if (!isAlias(alias)) {
    throw new LockDefect(
      `${where}.alias ${JSON.stringify(alias)} cannot be a name`,
      'Use 1 to 64 of a-z, 0-9, ".", "_" and "-", the first a letter or digit.',
    );
  }
  return {
    alias,
    request: readRequest(members['request'], `${where}.request`),
    ...defined({
      variant: parseOptional(members['variant'], `${where}.variant`, parseText),
      parameters: parseOptional(members['parameters'], `${where}.parameters`, readTexts),
    }),
    architectures: readArchitectures(members['architectures'], `${where}.architectures`),
  };
}

function readRequest(value: unknown, where: string): string {
  const text = parseText(value, where);
  try {
    if (parseReference(text).kind !== 'file') return text;
  } catch (error) {
    if (!isImageError(error)) throw error;
    throw new LockDefect(`${where}: ${error.message}`, error.hint);
  }
  throw new LockDefect(`${where} names a local file, which is not the same on every machine`);
}

function readArchitectures(value: unknown, where: string): LockEntry['architectures'] {
  const members = parseRecord(value, where);
  refuseUnknownMembers(members, where, arches);
  const pairs = arches.flatMap((arch): (readonly [Arch, LockedImage])[] =>
    members[arch] === undefined
      ? []
      : [[arch, parseLockedImage(members[arch], `${where}.${arch}`)]],
  );
  if (pairs.length === 0) throw new LockDefect(`${where} names no architecture`);
  return Object.fromEntries(pairs);
}

function refuseDoubles(images: readonly LockEntry[]): void {
  const seen = new Map<string, number>();
  for (const [index, { alias }] of images.entries()) {
    const first = seen.get(alias);
    if (first !== undefined) {
      throw new LockDefect(
        `images[${first}] and images[${index}] are both called ${JSON.stringify(alias)}`,
        'Rename or remove one of the two.',
      );
    }
    seen.set(alias, index);
  }
}
