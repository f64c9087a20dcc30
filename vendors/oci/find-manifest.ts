import {
  type Digest,
  IntegrityError,
  type MetadataDocument,
  manifestTypes,
  parseRecord,
  publicUrl,
  type VendorContext,
} from '../../src/kit.ts';
import type { RegistryName } from './registry-name.ts';

/** A manifest or an index as the registry sent it. */
export interface FoundManifest {
  /** Of its bytes. */
  digest: Digest;
  /** For messages. */
  where: string;
  content: Record<string, unknown>;
}

/** The manifest or index under a tag or digest; a digest is compared with that of the bytes. */
export async function findManifest(
  { base }: RegistryName,
  reference: string | Digest,
  context: VendorContext,
): Promise<FoundManifest | undefined> {
  const url = new URL(`manifests/${reference}`, base);
  const { http, signal } = context;
  const document = isDigest(reference)
    ? await findByDigest(url, reference, manifestTypes, context)
    : await http.find(url, { accept: manifestTypes, signal });
  if (document === undefined) return undefined;
  const where = publicUrl(url);
  const digest: Digest = isDigest(reference) ? reference : await digestOf(document.bytes, 'sha256');
  return { digest, where, content: parseRecord(document.json(), where) };
}

/** A small blob, with its digest checked. */
export function findBlob(
  { base }: RegistryName,
  digest: Digest,
  context: VendorContext,
): Promise<MetadataDocument | undefined> {
  return findByDigest(new URL(`blobs/${digest}`, base), digest, undefined, context);
}

export function isDigest(reference: string): reference is Digest {
  return /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(reference);
}

/** An earlier answer is good enough, because the digest decides; one with another digest is requested again. */
async function findByDigest(
  url: URL,
  digest: Digest,
  accepted: string | undefined,
  { http, signal }: VendorContext,
): Promise<MetadataDocument | undefined> {
  const [algorithm = ''] = digest.split(':');
  const options = { signal, accept: accepted };
  const first = await http.find(url, { ...options, kept: true });
  if (first === undefined || (await digestOf(first.bytes, algorithm)) === digest) return first;
  const second = await http.find(url, { ...options, fresh: true });
  if (second === undefined) return undefined;
  const actual = await digestOf(second.bytes, algorithm);
  if (actual === digest) return second;
  const shown = publicUrl(url);
  throw new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${shown} has the digest ${actual}`,
    hint: 'Do not use this registry, or try again later if there is a proxy in front of it.',
    details: { url: shown, expected: digest, actual, reason: 'digest-mismatch' },
  });
}

async function digestOf(bytes: Uint8Array, algorithm: string): Promise<Digest> {
  // The package's main entry names every vendor and must load no module of Node.js.
  const { createHash } = await import('node:crypto');
  const name = algorithm === 'sha512' ? 'sha512' : 'sha256';
  return `${name}:${createHash(name).update(bytes).digest('hex')}`;
}
