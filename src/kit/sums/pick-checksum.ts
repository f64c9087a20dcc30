import type { Digest } from '../../contracts/proof.ts';
import { IntegrityError } from '../../errors.ts';
import { closestNames } from '../closest-names.ts';
import type { ChecksumEntry, ChecksumList } from './checksum-list.ts';

/** The entry of a list for one file: at most one digest of each hash. */
export interface PickedChecksum {
  digests: Digest[];
  sizeBytes?: number;
}

/** Options of `pickChecksum`. */
export interface PickOptions {
  /**
   * Other names of the same file, for sidecars that use the name of a copy; used only if the list lacks the name
   * itself.
   */
  aliases?: readonly string[] | undefined;
  /** Refuse a bare digest, which does not name its file. */
  named?: boolean | undefined;
}

/**
 * The digests of exactly `name` in `list`: no suffix, basename or pattern matches. A list with only one bare digest
 * matches any name, unless `named` is set. Throws `ERR_DIGEST` with reason `not-listed`, `ambiguous-entry` or
 * `weak-digest`; `from` names the list.
 */
export function pickChecksum(
  list: ChecksumList,
  name: string,
  from: string,
  options: PickOptions = {},
): PickedChecksum {
  const aliases = new Set(options.aliases);
  let found = list.entries.filter((entry) => entry.name === name);
  if (found.length === 0) {
    found = list.entries.filter((entry) => entry.name !== undefined && aliases.has(entry.name));
  }
  if (found.length === 0 && list.entries.every((entry) => entry.name === undefined)) {
    if (options.named === true) throw withoutName(name, from);
    found = list.entries;
  }
  if (found.length === 0) throw notListed(list, name, from);

  const digests = [...new Set(found.map((entry) => entry.digest))];
  const sizes = [...new Set(found.flatMap((entry) => entry.sizeBytes ?? []))];
  if (new Set(digests.map(algorithmOf)).size < digests.length || sizes.length > 1) {
    throw new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${from} lists ${name} more than once, with different ${sizes.length > 1 ? 'sizes' : 'digests'}`,
      hint: 'Do not use the file; wait until the vendor has corrected the list, or give the digest (digest, --digest).',
      details: { fileName: name, from, reason: 'ambiguous-entry', known: digests },
    });
  }
  const [sizeBytes] = sizes;
  return sizeBytes === undefined ? { digests } : { digests, sizeBytes };
}

function algorithmOf(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}

function notListed(list: ChecksumList, name: string, from: string): IntegrityError {
  if (list.weakNames.has(name)) {
    return new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${from} lists ${name} only with a weak hash, such as MD5 or SHA-1`,
      hint: 'Give the expected sha256 or sha512 digest (digest, --digest).',
      details: { fileName: name, from, reason: 'weak-digest' },
    });
  }
  const known = closestNames(name, namesOf(list.entries));
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${from} does not list ${name}${known.length > 0 ? `; the closest it has: ${known.join(', ')}` : ''}`,
    hint: 'Try again later, or report it: the list may be of another build, or the vendor renamed the file.',
    details: { fileName: name, from, reason: 'not-listed', known },
  });
}

function withoutName(name: string, from: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${from} is a digest without a name: it does not say that it belongs to ${name}`,
    hint: 'Use a list that names the file, or give the digest (digest, --digest).',
    details: { fileName: name, from, reason: 'not-listed' },
  });
}

function* namesOf(entries: readonly ChecksumEntry[]): Generator<string> {
  for (const { name } of entries) if (name !== undefined) yield name;
}
