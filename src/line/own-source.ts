import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifact, ImageRequest, Resolution } from '../contracts/vendor.ts';
import { isImageError, NotFoundError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { algorithmOf, hexOf } from '../kit/digest.ts';
import type { Call } from './call.ts';

/** An address or a file that the caller gives, in the place of a vendor. */
export interface OwnSource {
  kind: 'url' | 'file';
  url: URL;
}

/** The request for such a source; it contains only a hash of the address, which may contain secrets. */
export function requestOwn(source: OwnSource, call: Call): ImageRequest {
  const name = fileNameOf(source.url);
  const stem = name.slice(0, name.length - extname(name).length).slice(0, 48) || 'image';
  return {
    vendor: source.kind,
    // The same bytes read in another format are another disk.
    release: `${stem}-${hash([source.url.href, ...call.options.from].join('\n'), 8)}`,
    arch: call.options.arch,
  };
}

/**
 * The resolution for such a source. Its snapshot is the digest, else a value from upstream or the file system that
 * differs between versions.
 */
export async function resolveOwn(
  source: OwnSource,
  request: ImageRequest,
  call: Call,
): Promise<Resolution> {
  const known =
    source.kind === 'file' ? await lookAtFile(source.url) : await lookAtUrl(source, call);
  const digest = call.options.digest;
  const pinned = digest && `${algorithmOf(digest)}-${hexOf(digest).slice(0, 16)}`;
  const disk: Artifact = {
    url: source.url,
    fileName: fileNameOf(source.url),
    ...defined({ sizeBytes: known.sizeBytes }),
    layers: [...call.options.from],
    proofs: source.kind === 'file' ? [] : [{ kind: 'tls', reason: 'the caller gave no digest' }],
  };
  return {
    release: request.release,
    variant: call.options.variant ?? 'default',
    snapshot: pinned ?? known.version,
    disk: [disk],
  };
}

interface Known {
  version: string;
  sizeBytes?: number;
}

async function lookAtFile(url: URL): Promise<Known> {
  const path = fileURLToPath(url);
  const found = await stat(path, { bigint: true }).catch((cause: unknown) => cause);
  if (found instanceof Error || !(found as { isFile(): boolean }).isFile()) {
    throw new NotFoundError({
      code: 'ERR_NOT_FOUND',
      message: `there is no file ${JSON.stringify(path)}`,
      hint: 'Give the path of an image file that can be read.',
      details: { field: 'file', value: path },
      cause: found instanceof Error ? found : undefined,
    });
  }
  const stats = found as { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint };
  const version = hash([stats.dev, stats.ino, stats.size, stats.mtimeNs].join(':'), 12);
  return { version, sizeBytes: Number(stats.size) };
}

async function lookAtUrl(source: OwnSource, call: Call): Promise<Known> {
  // With a digest no request is needed: the digest is the version.
  if (call.options.digest !== undefined) return { version: '' };
  const head = await call.metadata.head(source.url).catch((error: unknown) => {
    // Some hosts refuse HEAD; then only the address distinguishes versions.
    if (isImageError(error, 'ERR_HTTP_STATUS')) return undefined;
    throw error;
  });
  const headers = head?.status === 200 ? head.headers : {};
  const validators = [headers['etag'], headers['last-modified'], headers['content-length']];
  const length = Number(headers['content-length']);
  return {
    version: hash([source.url.href, ...validators.map((value) => value ?? '')].join('\n'), 12),
    ...defined({ sizeBytes: Number.isSafeInteger(length) && length > 0 ? length : undefined }),
  };
}

function fileNameOf(url: URL): string {
  const last = basename(url.pathname);
  try {
    return decodeURIComponent(last) || 'image';
  } catch {
    return last;
  }
}

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
