import { createHash } from 'node:crypto';
import { UsageError } from '../../errors.ts';
import { storedParameters } from './stored-parameters.ts';

/** The parts of a cache name. `parametersHash` and `digest8` are 8 lower-case hex digits each. */
export interface CacheNameParts {
  vendor: string;
  release: string;
  variant: string;
  arch: string;
  snapshot: string;
  /** From `hashParameters`. */
  parametersHash?: string | undefined;
  /** First 8 digits of the source's sha256, if the plain name belongs to another source. */
  digest8?: string | undefined;
  /** `raw`, the id of a disk format, `kernel`, `initrd` or `manifest`. */
  format: string;
}

/** Most bytes of a name with its longest companion ending; file systems allow 255, and SQLite needs some. */
const maxNameBytes = 240;
/**
 * Endings of companion files: `<name>.json` is the record, `<name>.source` the kept download, `<name>.evidence` the
 * documents that the trust rests on, `<name>.blocks` the digests of the blocks.
 */
export const companions: readonly string[] = ['json', 'source', 'evidence', 'blocks'];
const hex8 = /^[0-9a-f]{8}$/;

/**
 * `vendor_release_variant_arch_snapshot.format`, legal on every file system; the inverse of `parseCacheName`. Throws
 * `ERR_INVALID_REQUEST` for values that a name cannot hold: too long, not Unicode, no vendor, a reserved format.
 */
export function formatCacheName(parts: CacheNameParts): string {
  const { parametersHash, digest8 } = parts;
  const fields = [parts.vendor, parts.release, parts.variant, parts.arch, parts.snapshot].map(
    encodeField,
  );
  const format = encodeField(parts.format)?.replaceAll('.', '+2e');
  if (format === undefined || fields.includes(undefined)) throw unnameable('is not Unicode text');
  if (parts.vendor === '' || format === '') throw unnameable('has no vendor or no format');
  if (companions.includes(format)) throw unnameable(`has the reserved format ${format}`);
  for (const suffix of [parametersHash, digest8]) {
    if (suffix !== undefined && !hex8.test(suffix)) throw unnameable('has a malformed digest');
  }
  const parameters = parametersHash === undefined ? '' : `+p${parametersHash}`;
  const digest = digest8 === undefined ? '' : `~${digest8}`;
  const name = `${fields.join('_')}${parameters}${digest}.${format}`;
  if (name.length + '.evidence'.length > maxNameBytes)
    throw unnameable('has a name that is too long');
  return name;
}

/** The parts of a name that `formatCacheName` wrote; `undefined` for any other text. */
export function parseCacheName(name: string): CacheNameParts | undefined {
  const dot = name.lastIndexOf('.');
  const match = /^(.*?)(?:\+p([0-9a-f]{8}))?(?:~([0-9a-f]{8}))?$/s.exec(name.slice(0, dot));
  const format = decodeField(name.slice(dot + 1));
  const fields = match?.[1]?.split('_').map(decodeField) ?? [];
  const [vendor, release, variant, arch, snapshot] = fields;
  if (dot < 0 || fields.length !== 5 || format === undefined) return undefined;
  if (vendor === undefined || release === undefined || variant === undefined) return undefined;
  if (arch === undefined || snapshot === undefined) return undefined;
  const parts: CacheNameParts = { vendor, release, variant, arch, snapshot, format };
  if (match?.[2] !== undefined) parts.parametersHash = match[2];
  if (match?.[3] !== undefined) parts.digest8 = match[3];
  try {
    return formatCacheName(parts) === name ? parts : undefined;
  } catch {
    return undefined;
  }
}

/** First 8 hex digits of the sha256 of the stored parameters' JSON with sorted keys; `undefined` when there are none. */
export function hashParameters(
  parameters: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const stored = storedParameters(parameters);
  const keys = Object.keys(stored).sort();
  if (keys.length === 0) return undefined;
  const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(stored[key])}`);
  return createHash('sha256')
    .update(`{${pairs.join(',')}}`)
    .digest('hex')
    .slice(0, 8);
}

/** The name without its `~digest`: the same for all sources of one snapshot in one format. */
export function baseName(name: string): string {
  return formatCacheName({ ...requireCacheName(name), digest8: undefined });
}

/**
 * The part of a name that one lock covers: every file of one build, whatever its format, because one run makes a
 * disk, its kernel and the same disk in the vendor's own format.
 */
export function buildName(name: string): string {
  const base = baseName(name);
  return base.slice(0, base.lastIndexOf('.'));
}

/** The text with which every name of a vendor begins; empty if the vendor cannot be part of a name. */
export function vendorStart(vendor: string): string {
  return `${encodeField(vendor) ?? ''}_`;
}

/** The parts of a name. Throws `ERR_INVALID_REQUEST` for anything else, so that no name can contain a path. */
export function requireCacheName(name: string): CacheNameParts {
  const parts = parseCacheName(name);
  if (parts !== undefined) return parts;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(name)} is not the name of a cache entry`,
    hint: 'Take the name from: rootdisk cache ls',
    details: { field: 'name', value: name },
  });
}

function unnameable(why: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `this image ${why}; the cache cannot hold it`,
    hint: 'Shorten or correct the release, variant, snapshot or parameters.',
    details: { field: 'name' },
  });
}

/**
 * One field of a cache name: lower-case letters, digits, `.` and `-` stand for themselves, every other UTF-8 byte is
 * `+hh`. A leading dot is escaped, so that no name is hidden. `undefined` for text that is not well-formed Unicode.
 */
function encodeField(text: string): string | undefined {
  if (!text.isWellFormed()) return undefined;
  let field = '';
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    const plain = /[a-z0-9.-]/.test(character) && !(character === '.' && field === '');
    field += plain ? character : `+${byte.toString(16).padStart(2, '0')}`;
  }
  return field;
}

/**
 * Inverse of `encodeField`; `undefined` for a broken escape. It also decodes spellings that the encoder never writes
 * (`+61` for `a`): `parseCacheName` encodes the name again and compares.
 */
function decodeField(field: string): string | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < field.length; i += 1) {
    if (field[i] !== '+') {
      bytes.push(field.charCodeAt(i));
      continue;
    }
    const hex = field.slice(i + 1, i + 3);
    if (!/^[0-9a-f]{2}$/.test(hex)) return undefined;
    bytes.push(Number.parseInt(hex, 16));
    i += 2;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
