import type { ChecksumDialect, Digest } from '../../contracts/proof.ts';
import { IntegrityError, TransferError } from '../../errors.ts';
import type { ChecksumLine } from './checksum-line.ts';
import { isDeb822, readDeb822Sums } from './deb822.ts';
import { readManifestSums } from './manifest-sums.ts';
import { readStreamSums } from './stream-sums.ts';
import { readSums } from './sums.ts';

/** One usable line; `name` is absent in a sidecar that holds only the digest. */
export interface ChecksumEntry {
  name: string | undefined;
  digest: Digest;
  /** Only if the list states the exact number of bytes. */
  sizeBytes?: number;
}

/** A list of digests in its own order; names may occur more than once. */
export interface ChecksumList {
  entries: ChecksumEntry[];
  /** Number of lines with a hash that is weak or not supported. */
  weak: number;
  /** The names on those lines. */
  weakNames: ReadonlySet<string>;
  /** Number of lines that could not be parsed, or that have another algorithm than the requested one. */
  skipped: number;
}

/** Options of `parseChecksums`. */
export interface ChecksumOptions {
  /** Default: detected from the content. */
  dialect?: ChecksumDialect | undefined;
  /** Use only lines with this hash. */
  algorithm?: 'sha256' | 'sha512' | undefined;
  /** Address or name of the list, for messages. */
  from?: string | undefined;
}

const maxLineLength = 8192;

/**
 * Parses a list of SHA-256 and SHA-512 digests in any common syntax: GNU, BSD, a bare digest, the hash sections of a
 * Release file, a Simple Streams product file. MD5, SHA-1 and other hashes are counted but never returned. Throws
 * `ERR_METADATA` for a text that is not such a list, including clear-signed text (extract its signed body first), and
 * `ERR_DIGEST` with reason `weak-digest` for a list with only weak hashes.
 */
export function parseChecksums(text: string, options: ChecksumOptions = {}): ChecksumList {
  const from = options.from ?? 'the list of digests';
  const body = text.replace(/^\ufeff/, '');
  const dialect = options.dialect ?? recognise(body);
  refuseOther(body, dialect, from);
  const weakNames = new Set<string>();
  const list: ChecksumList = { entries: [], weak: 0, weakNames, skipped: 0 };
  for (const line of readLines(body, dialect, from)) {
    if (line === 'malformed') {
      list.skipped += 1;
    } else if (line.digest === undefined) {
      list.weak += 1;
      if (line.name !== undefined) weakNames.add(line.name);
    } else if (options.algorithm && !line.digest.startsWith(options.algorithm)) {
      list.skipped += 1;
    } else {
      const size = line.sizeBytes === undefined ? {} : { sizeBytes: line.sizeBytes };
      list.entries.push({ name: line.name, digest: line.digest, ...size });
    }
  }
  if (list.entries.length === 0) throw nothingUsable(list, from);
  return list;
}

function readLines(text: string, dialect: ChecksumDialect, from: string): Iterable<ChecksumLine> {
  switch (dialect) {
    case 'sums':
      return readSums(text);
    case 'deb822':
      return readDeb822Sums(text);
    case 'simplestreams':
      return readStreamSums(text, from);
    case 'oci-manifest':
      return readManifestSums(text, from);
  }
}

function recognise(text: string): ChecksumDialect {
  if (/^\s*\{/.test(text)) return 'simplestreams';
  return isDeb822(text) ? 'deb822' : 'sums';
}

function refuseOther(text: string, dialect: ChecksumDialect, from: string): void {
  if (/^\s*</.test(text)) {
    throw noList(
      `${from}: this is HTML, not a list of digests`,
      'Look at the address in a browser; a portal, a proxy or an error page may have answered.',
    );
  }
  if (/^-----BEGIN PGP SIGNED MESSAGE-----/m.test(text)) {
    throw noList(
      `${from}: this list is clear-signed; only its verified signed body may be read`,
      'Check the signature first and read the body that it covers.',
    );
  }
  if (text.includes('\0')) throw noList(`${from}: a NUL byte in a list of digests`);
  if (dialect === 'simplestreams' || dialect === 'oci-manifest') return;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const next = end < 0 ? text.length : end;
    if (next - start > maxLineLength) {
      throw noList(`${from}: a line of more than ${maxLineLength} characters in a list of digests`);
    }
    start = next + 1;
  }
}

function nothingUsable(list: ChecksumList, from: string): IntegrityError | TransferError {
  if (list.weak === 0) return noList(`${from}: it has no SHA-256 or SHA-512 digest`);
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${from}: it has only weak digests, such as MD5 or SHA-1`,
    hint: 'Give the expected sha256 or sha512 digest (digest, --digest).',
    details: { from, reason: 'weak-digest', known: [...list.weakNames].slice(0, 5) },
  });
}

function noList(message: string, hint?: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message,
    hint:
      hint ??
      'Report this: the upstream document has a new form, or another page stands in its place.',
    details: {},
  });
}
