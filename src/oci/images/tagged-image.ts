import { buildName, parseCacheName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { parseImageRecord } from '../../cache/records/parse-image-record.ts';
import type { Digest } from '../../contracts/proof.ts';
import { isImageError, TransferError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { RegistryClient } from '../client/registry-client.ts';
import { isMarkerTag } from '../herd/marker.ts';
import { maxConfigBytes, parseConfig } from '../layout/config.ts';
import type { RegistryImage } from '../layout/image-manifest.ts';
import { parseImageManifest } from '../layout/parse-image-manifest.ts';
import { formatTag, parseTag } from '../layout/tag.ts';

/** What lies under a tag. `misplaced`: it has the tag of an image, and is not that image. */
export type Tagged =
  | { kind: 'image'; tag: string; digest: Digest; image: RegistryImage }
  | { kind: 'misplaced'; tag: string; name: string; reason: string }
  | { kind: 'foreign'; tag: string };

/** What a registry says of an image; nothing of it is believed. */
export interface ImageClaims {
  record?: ImageRecord;
  evidence?: string;
}

/** Every tag of the repository but those of hosts that are at work, sorted. */
export async function listImageTags(client: RegistryClient): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of client.tags()) if (!isMarkerTag(tag)) tags.push(tag);
  return tags.sort();
}

/** The tag of what a caller named: an image (`debian_13_…`, also as its disk is called in the cache), or a tag. */
export function tagOf(name: string): string {
  const cached = parseCacheName(name);
  if (cached === undefined) return parseTag(name) === undefined ? formatTag(name) : name;
  return formatTag(buildName(name));
}

/** Reads the manifest of a tag; `undefined` where there is none. */
export async function readTag(client: RegistryClient, tag: string): Promise<Tagged | undefined> {
  const stored = await client.manifest(tag);
  if (stored === undefined) return undefined;
  const named = parseTag(tag);
  const isOurs = named !== undefined && parseCacheName(`${named}.raw`) !== undefined;
  try {
    const image = parseImageManifest(stored, tag);
    const { name } = image;
    if (formatTag(name) === tag) return { kind: 'image', tag, digest: stored.digest, image };
    return { kind: 'misplaced', tag, name: named ?? tag, reason: `it is the image ${name}` };
  } catch (error) {
    if (!isImageError(error) || error.code !== 'ERR_METADATA') throw error;
    if (!isOurs) return { kind: 'foreign', tag };
    return { kind: 'misplaced', tag, name: named, reason: error.message };
  }
}

/** Reads the config of an image. A record of another image is `ERR_METADATA`. */
export async function readClaims(
  client: RegistryClient,
  { name, config }: RegistryImage,
): Promise<ImageClaims> {
  const bytes = await client.smallBlob(config.digest, maxConfigBytes);
  if (bytes === undefined) throw senseless(`the registry has no ${config.digest}`, name);
  const claimed = parseConfig(bytes, `the config of ${name}`);
  if (claimed.name !== name) throw senseless(`the config of ${name} names another image`, name);
  const record = claimed.record === undefined ? undefined : readRecord(claimed.record, name);
  return defined({ record, evidence: claimed.evidence });
}

/** A record that says of the image what its name says. */
function readRecord(text: string, name: string): ImageRecord {
  let record: ImageRecord;
  try {
    record = parseImageRecord(text);
  } catch (cause) {
    throw senseless(`the record of ${name} in the registry cannot be read`, name, cause);
  }
  const parts = parseCacheName(record.name);
  const { identity } = record;
  const isOwn =
    parts !== undefined &&
    buildName(record.name) === name &&
    (['vendor', 'release', 'variant', 'arch', 'snapshot'] as const).every(
      (field) => parts[field] === identity[field],
    );
  if (isOwn) return record;
  throw senseless(`the record of ${name} in the registry describes ${record.name}`, name);
}

function senseless(message: string, field: string, cause?: unknown): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message,
    hint: 'Remove this image from the registry, and push it again.',
    details: { field },
    cause,
  });
}
