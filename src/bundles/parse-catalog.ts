import type { BundleCatalog, BundleEntry, BundleKind, BundleMember } from '../contracts/bundle.ts';
import { isImageError, UsageError } from '../errors.ts';
import { parseArch } from '../kit/arch.ts';
import { defined } from '../kit/defined.ts';
import { parseList, parseOptional, parseRecord, parseText } from '../kit/records.ts';
import { checkBundleName } from './check-name.ts';

/** The only supported version. */
const catalogVersion = 1;
const kinds: readonly BundleKind[] = ['image', 'kernel'];
const members: readonly BundleMember[] = ['kernel', 'initrd'];

/** The catalog of this package; it has no bundles. */
export const shippedBundles: BundleCatalog = Object.freeze({ version: 1, entries: [] });

/**
 * Parses a bundle catalog; an empty text is a catalog without bundles. Unknown members are ignored. Throws
 * `ERR_INVALID_REQUEST`, which names the file (`from`) and the place in it.
 */
export function parseBundleCatalog(text: string, from = 'the bundle catalog'): BundleCatalog {
  if (text.trim() === '') return { version: catalogVersion, entries: [] };
  try {
    return readCatalog(parseJson(text));
  } catch (error) {
    if (!isImageError(error)) throw error;
    throw new UsageError({
      code: 'ERR_INVALID_REQUEST',
      message: `${from}: ${error.message}`,
      hint: 'Correct the catalog, or name another with bundles (--bundles).',
      details: { field: 'bundles', value: from },
      cause: error,
    });
  }
}

function readCatalog(value: unknown): BundleCatalog {
  const { version, entries } = parseRecord(value, 'the catalog');
  if (version !== catalogVersion) {
    throw defect(`version ${JSON.stringify(version)} is not known; this release reads version 1`);
  }
  const read = parseList(entries ?? [], 'entries').map((entry, i) =>
    readEntry(entry, `entries[${i}]`),
  );
  const seen = new Set<string>();
  for (const { name, arch } of read) {
    const key = `${name} for ${arch}`;
    if (seen.has(key)) throw defect(`two entries are called ${key}`);
    seen.add(key);
  }
  return { version: catalogVersion, entries: read };
}

function readEntry(value: unknown, where: string): BundleEntry {
  const fields = parseRecord(value, where);
  const maybe = (name: string): string | undefined => {
    const text = parseOptional(fields[name], `${where}.${name}`, parseText);
    return text === '' ? undefined : text;
  };
  const name = checkBundleName(parseText(fields['name'], `${where}.name`));
  const kind = readWord(fields['kind'] ?? 'image', `${where}.kind`, kinds);
  const listed = parseOptional(fields['members'], `${where}.members`, parseList) ?? [];
  return {
    name,
    kind,
    // Catalogs without this member hold only amd64 bundles.
    arch: parseArch(maybe('arch') ?? 'amd64'),
    members: [...new Set(listed.map((one, i) => readWord(one, `${where}.members[${i}]`, members)))],
    url: readAddress(fields['tarball_url'], `${where}.tarball_url`),
    sha256: readSha256(fields['tarball_sha256'], `${where}.tarball_sha256`),
    ...defined({
      version: maybe('version'),
      distro: maybe('distro'),
      kernelRef: maybe('kernel_ref'),
      cmdline: maybe('cmdline'),
      sizeBytes: parseOptional(fields['size_bytes'], `${where}.size_bytes`, readSize),
      description: maybe('description'),
    }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw defect(`it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function readWord<T extends string>(value: unknown, where: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw defect(`${where} should be ${words.join(' or ')}`);
}

function readAddress(value: unknown, where: string): URL {
  const text = parseText(value, where);
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text);
  throw defect(`${where} should be an https address`);
}

function readSha256(value: unknown, where: string): string {
  const hex = parseText(value, where)
    .toLowerCase()
    .replace(/^sha256:/, '');
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw defect(`${where} should be a sha256 of 64 hex digits`);
}

/** Publishers write zero when they do not know the size. */
function readSize(value: unknown, where: string): number | undefined {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value) || undefined;
  throw defect(`${where} should be a whole number of bytes`);
}

function defect(message: string): UsageError {
  const hint = 'Correct the catalog.';
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message,
    hint,
    details: { field: 'bundles' },
  });
}
