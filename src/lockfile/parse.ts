import { readTexts } from '../cache/records/values.ts';
import { isImageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../kit/records.ts';
import { parseReference } from '../parts/reference.ts';
import { LockDefect, refuseUnknownMembers } from './defect.ts';
import { type LockEntry, type LockFile, lockfileVersion } from './lock-file.ts';
import {
  inFile,
  parseFileText,
  readAlias,
  readArchitectures,
  readNamedImages,
} from './named-images.ts';
import { parseLockedImage } from './parse-image.ts';

/**
 * Parses a lock file strictly. `ERR_INVALID_REQUEST` names the file and the place in it: for an unknown, missing or
 * malformed member, for two entries of one name, and for a later version of the format.
 */
export function parseLockFile(text: string, path: string): LockFile {
  return inFile('lockfile', path, () => readFile(parseFileText(text)));
}

function readFile(content: unknown): LockFile {
  const format = { member: 'lockfileVersion', version: lockfileVersion } as const;
  const { $schema, images } = readNamedImages(content, format, readEntry);
  return { ...defined({ $schema: parseOptional($schema, '$schema', parseText) }), images };
}

function readEntry(value: unknown, where: string): LockEntry {
  const members = parseRecord(value, where);
  const known = ['alias', 'request', 'variant', 'parameters', 'architectures'];
  refuseUnknownMembers(members, where, known);
  return {
    alias: readAlias(members['alias'], `${where}.alias`),
    request: readRequest(members['request'], `${where}.request`),
    ...defined({
      variant: parseOptional(members['variant'], `${where}.variant`, parseText),
      parameters: parseOptional(members['parameters'], `${where}.parameters`, readTexts),
    }),
    architectures: readArchitectures(
      members['architectures'],
      `${where}.architectures`,
      parseLockedImage,
    ),
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
