import { readCount, readFlag, readList } from '../cache/records/values.ts';
import { type Arch, arches } from '../contracts/arch.ts';
import { isImageError, type UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../kit/records.ts';
import { parseReference } from '../line/reference.ts';
import { isAlias } from '../lockfile/alias.ts';
import { LockDefect, refuseFile, refuseUnknownMembers } from '../lockfile/defect.ts';
import {
  readLockedAddress,
  readLockedDay,
  readLockedDigest,
  readLockedSigner,
} from '../lockfile/parse-image.ts';
import { type Catalog, type CatalogEntry, type CatalogPin, catalogVersion } from './catalog.ts';

/**
 * Parses a catalog as strictly as a lock file: `ERR_INVALID_REQUEST` names the file and the place in it. An empty
 * text is a catalog without images.
 */
export function parseCatalog(text: string, path: string): Catalog {
  if (text.trim() === '') return { images: [] };
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw refuseCatalog(path, new LockDefect(`this is not JSON: ${why}`));
  }
  return parseCatalogContent(content, path);
}

/** Like `parseCatalog`, for content that is already parsed from JSON. */
export function parseCatalogContent(content: unknown, path: string): Catalog {
  try {
    return readContent(content);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw refuseCatalog(path, error instanceof LockDefect ? error : new LockDefect(error.message));
  }
}

function refuseCatalog(path: string, defect: LockDefect): UsageError {
  return refuseFile('catalog', path, defect);
}

function readContent(content: unknown): Catalog {
  const members = parseRecord(content, 'the file');
  const { catalogVersion: version, images } = members;
  if (typeof version === 'number' && version > catalogVersion) {
    throw new LockDefect(
      `a later version of this package wrote it (catalogVersion ${version}, this one reads ${catalogVersion})`,
      'Install the version of this package that wrote it, or a later one.',
    );
  }
  refuseUnknownMembers(members, '', ['$schema', 'catalogVersion', 'images']);
  if (version !== catalogVersion)
    throw new LockDefect(`catalogVersion should be ${catalogVersion}`);
  const entries = readList(images, 'images', readCatalogEntry);
  const names = entries.map(({ alias }) => alias);
  const double = names.findIndex((name, index) => names.indexOf(name) < index);
  if (double < 0) return { images: entries };
  throw new LockDefect(
    `images[${names.indexOf(names[double] ?? '')}] and images[${double}] are both called ${JSON.stringify(names[double])}`,
    'Rename or remove one of the two.',
  );
}

const ofEntry = [
  ...['alias', 'vendor', 'release', 'codename', 'version', 'variant', 'default', 'latest'],
  ...['snapshot', 'bumpedAt', 'eol', 'layers', 'signer', 'arch'],
];

function readCatalogEntry(value: unknown, where: string): CatalogEntry {
  const members = parseRecord(value, where);
  refuseUnknownMembers(members, where, ofEntry);
  const text = (name: string) => parseText(members[name], `${where}.${name}`);
  const maybe = <T>(name: string, read: (value: unknown, at: string) => T) =>
    parseOptional(members[name], `${where}.${name}`, read);
  const alias = text('alias');
  if (!isAlias(alias)) {
    throw new LockDefect(
      `${where}.alias ${JSON.stringify(alias)} cannot be a name`,
      'Use 1 to 64 of a-z, 0-9, ".", "_" and "-", the first a letter or digit.',
    );
  }
  refuseNoReference(`${text('vendor')}:${text('release')}@${text('snapshot')}`, where);
  return {
    alias,
    vendor: text('vendor'),
    release: text('release'),
    ...defined({ codename: maybe('codename', parseText), version: maybe('version', parseText) }),
    variant: text('variant'),
    ...defined({ default: maybe('default', readFlag), latest: maybe('latest', readFlag) }),
    snapshot: text('snapshot'),
    bumpedAt: readLockedDay(members['bumpedAt'], `${where}.bumpedAt`),
    ...defined({ eol: maybe('eol', readLockedDay) }),
    layers: readList(members['layers'], `${where}.layers`, parseText),
    ...defined({ signer: maybe('signer', readLockedSigner) }),
    arch: readPins(members['arch'], `${where}.arch`),
  };
}

function refuseNoReference(text: string, where: string): void {
  try {
    if (parseReference(text).kind === 'vendor') return;
  } catch (error) {
    if (!isImageError(error)) throw error;
  }
  throw new LockDefect(`${where}: ${JSON.stringify(text)} is no reference of a vendor`);
}

function readPins(value: unknown, where: string): CatalogEntry['arch'] {
  const members = parseRecord(value, where);
  refuseUnknownMembers(members, where, arches);
  const pairs = arches.flatMap((arch): (readonly [Arch, CatalogPin])[] =>
    members[arch] === undefined ? [] : [[arch, readPin(members[arch], `${where}.${arch}`)]],
  );
  if (pairs.length === 0) throw new LockDefect(`${where} names no architecture`);
  return Object.fromEntries(pairs);
}

function readPin(value: unknown, where: string): CatalogPin {
  const { url, digest, sizeBytes, version, snapshot, bumpedAt, ...others } = parseRecord(
    value,
    where,
  );
  const known = ['url', 'digest', 'sizeBytes', 'version', 'snapshot', 'bumpedAt'];
  refuseUnknownMembers(others, where, known);
  return {
    url: readLockedAddress(url, `${where}.url`),
    digest: readLockedDigest(digest, `${where}.digest`),
    ...defined({
      sizeBytes: parseOptional(sizeBytes, `${where}.sizeBytes`, readCount),
      version: parseOptional(version, `${where}.version`, parseText),
      snapshot: parseOptional(snapshot, `${where}.snapshot`, parseText),
      bumpedAt: parseOptional(bumpedAt, `${where}.bumpedAt`, readLockedDay),
    }),
  };
}
