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

/** The content of a tag. `misplaced`: the tag is that of an image, but the content is not that image. */
export type Tagged =
  | { kind: 'image'; tag: string; digest: Digest; image: RegistryImage }
  | { kind: 'misplaced'; tag: string; name: string; reason: string }
  | { kind: 'foreign'; tag: string };

/** What a registry states about an image; nothing of it is trusted. */
export interface ImageClaims {
  record?: ImageRecord;
  evidence?: string;
}

/** All tags of the repository, sorted, except the markers of hosts. */
export async function listImageTags(client: RegistryClient): Promise<string[]> {
  const tags: string[] = [];
  for await (const tag of client.tags()) if (!isMarkerTag(tag)) tags.push(tag);
  return tags.sort();
}

/** The tag for a caller's text: the name of an image (`debian_13_…`, or its disk's name in the cache), or a tag. */
export function tagOf(name: string): string {
  const cached = parseCacheName(name);
  if (cached === undefined) return parseTag(name) === undefined ? formatTag(name) : name;
  return formatTag(buildName(name));
}

/** Reads the manifest of a tag; `undefined` if there is none. */
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

/** Reads the config of an image. Throws `ERR_METADATA` for the record of another image. */
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

/** Reads a record and checks that it describes the image of this name. */
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
