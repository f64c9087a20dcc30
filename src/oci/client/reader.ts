import { createHash } from 'node:crypto';
import type { Digest } from '../../contracts/proof.ts';
import { IntegrityError, isImageError, refuse, TransferError, UsageError } from '../../errors.ts';
import { parseContentLength } from '../../http/bodies/byte-range.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { RegistryConnection } from './connection.ts';
import { listTags } from './list-tags.ts';
import { openSites, type ReadSite } from './mirror-site.ts';
import type { RegistryClient, StoredManifest } from './registry-client.ts';
import { hasStatus, headFailure } from './statuses.ts';
import { streamBlob } from './stream-blob.ts';

/** The reading part of a client. */
export type RegistryReader = Omit<RegistryClient, 'putBlob' | 'putManifest' | 'deleteManifest'>;

/** Registries answer 404 for a manifest of a type that the request does not accept. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const accept = manifestTypes.join(', ');
/** The size that registries must accept; many accept no more: distribution-spec, "Pushing manifests". */
const maxManifestBytes = 4 * 1024 * 1024;
const tagRule = /^\w[\w.-]{0,127}$/;
const digestRule = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/;

/** Reads a repository, through the mirror of the connection if there is one. */
export function openReader(connection: RegistryConnection): RegistryReader {
  const { http, url, place } = connection;
  const sites = openSites(connection);
  const readBlob: RegistryReader['readBlob'] = (digest, range = {}) =>
    streamBlob(sites(), `blobs/${checkReference(digest, digestRule)}`, range);
  return {
    place,
    async manifest(reference) {
      const rest = `manifests/${checkReference(reference)}`;
      for (const site of sites()) {
        try {
          const found = await readManifest(site, rest, reference);
          if (found !== undefined || site.pass === undefined) return found;
        } catch (error) {
          if (site.pass === undefined) throw error;
          site.pass(error);
        }
      }
      return undefined;
    },
    async hasManifest(reference) {
      const address = url(`manifests/${checkReference(reference)}`);
      const { status, headers } = await http.metadata.head(address, { accept });
      if (status === 404) return false;
      if (status !== 200) throw headFailure(address, status);
      const digest = headers['docker-content-digest'] ?? '';
      return digestRule.test(digest) ? digest : true;
    },
    tags: () => listTags(connection),
    async blobSize(digest) {
      const address = url(`blobs/${checkReference(digest, digestRule)}`);
      const { status, headers } = await http.metadata.head(address);
      if (status === 404) return undefined;
      if (status !== 200) throw headFailure(address, status);
      const length = parseContentLength(headers);
      if (length === undefined) throw unusable(address, 'does not state the length of the blob');
      return length;
    },
    readBlob,
    async smallBlob(digest, maxBytes) {
      const chunks: Uint8Array[] = [];
      let length = 0;
      try {
        for await (const chunk of readBlob(digest)) {
          length += chunk.length;
          if (length > maxBytes) throw tooLong(url(`blobs/${digest}`), maxBytes);
          // A chunk is valid only until the next one is requested.
          chunks.push(Uint8Array.from(chunk));
        }
      } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
      const bytes = Uint8Array.from(Buffer.concat(chunks));
      checkDigest(url(`blobs/${digest}`), bytes, digest);
      return bytes;
    },
  };
}

async function readManifest(
  { http, url }: ReadSite,
  rest: string,
  reference: string,
): Promise<StoredManifest | undefined> {
  const address = url(rest);
  try {
    // Never a cached answer: a tag can move, and a missing manifest may exist by now.
    const options = { accept, maxBytes: maxManifestBytes, fresh: true };
    const document = await http.metadata.get(address, options);
    const { bytes, headers } = document;
    if (reference.includes(':')) checkDigest(address, bytes, reference);
    const [given = ''] = (headers?.['content-type'] ?? '').split(';');
    const type = given.trim().toLowerCase();
    const own = manifestTypes.includes(type)
      ? type
      : Reflect.get(Object(document.json()), 'mediaType');
    const digest: Digest = `sha256:${hashOf('sha256', bytes)}`;
    return { bytes, digest, mediaType: typeof own === 'string' ? own : type };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    const isLong = isImageError(error) && 'expectedBytes' in error.details;
    throw isLong && error.code === 'ERR_METADATA'
      ? unusable(address, `is longer than the ${maxManifestBytes} bytes of a manifest`)
      : error;
  }
}

/** Throws `ERR_INVALID_REQUEST` for a text that cannot be part of an address. */
function checkReference(text: string, rule?: RegExp): string {
  if (rule?.test(text) ?? (tagRule.test(text) || digestRule.test(text))) return text;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${JSON.stringify(text.slice(0, 200))} is not a ${rule === undefined ? 'tag or ' : ''}digest of a registry`,
    hint: 'Give a tag of at most 128 letters, digits, "_", "." and "-", or a digest such as sha256:….',
    details: { field: 'reference', value: text.slice(0, 200) },
  });
}

function checkDigest(url: URL, bytes: Uint8Array, expected: string): void {
  const [algorithm = ''] = expected.split(':');
  const isKnown = algorithm === 'sha256' || algorithm === 'sha512';
  const actual = isKnown ? `${algorithm}:${hashOf(algorithm, bytes)}` : 'unknown';
  if (actual === expected) return;
  throw new IntegrityError({
    code: 'ERR_DIGEST',
    message: `the bytes of ${publicUrl(url)} do not match its digest`,
    hint: 'Do not use it; report it to the operator of the registry.',
    details: { url: publicUrl(url), expected, actual },
  });
}

const hashOf = (algorithm: 'sha256' | 'sha512', bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');

function tooLong(url: URL, maxBytes: number): Error {
  return refuse('limit', `${publicUrl(url)} is longer than ${maxBytes} bytes`, {
    hint: 'Do not use it: a blob of this kind is small.',
    limit: maxBytes,
  });
}

function unusable(url: URL, what: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${publicUrl(url)} ${what}`,
    hint: 'Report it to the operator of the registry.',
    details: { url: publicUrl(url) },
  });
}
