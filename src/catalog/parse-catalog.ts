import { readCount, readFlag, readList } from '../cache/records/values.ts';
import { isImageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../kit/records.ts';
import { LockDefect, refuseUnknownMembers } from '../lockfile/defect.ts';
import {
  inFile,
  parseFileText,
  readAlias,
  readArchitectures,
  readNamedImages,
} from '../lockfile/named-images.ts';
import {
  readLockedAddress,
  readLockedDay,
  readLockedDigest,
  readLockedSigner,
} from '../lockfile/parse-image.ts';
import { parseReference } from '../parts/reference.ts';
import { type Catalog, type CatalogEntry, type CatalogPin, catalogVersion } from './catalog.ts';

/**
 * Parses a catalog as strictly as a lock file: `ERR_INVALID_REQUEST` names the file and the place in it. An empty
 * text is a catalog without images.
 */
export function parseCatalog(text: string, path: string): Catalog {
  if (text.trim() === '') return { images: [] };
  return parseCatalogContent(
    inFile('catalog', path, () => parseFileText(text)),
    path,
  );
}

/** Like `parseCatalog`, for content that is already parsed from JSON. */
export function parseCatalogContent(content: unknown, path: string): Catalog {
  const format = { member: 'catalogVersion', version: catalogVersion } as const;
  return inFile('catalog', path, () => {
    return { images: readNamedImages(content, format, readCatalogEntry).images };
  });
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
  refuseNoReference(`${text('vendor')}:${text('release')}@${text('snapshot')}`, where);
  return {
    alias: readAlias(members['alias'], `${where}.alias`),
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
    arch: readArchitectures(members['arch'], `${where}.arch`, readPin),
  };
}

function refuseNoReference(text: string, where: string): void {
  try {
    if (parseReference(text).kind === 'vendor') return;
  } catch (error) {
    if (!isImageError(error)) throw error;
  }
  throw new LockDefect(`${where}: ${JSON.stringify(text)} is not a reference of a vendor`);
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
