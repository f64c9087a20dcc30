import { createHash } from 'node:crypto';
import {
  type AnyImageError,
  defined,
  type Evidence,
  IntegrityError,
  isImageError,
  type Proof,
  type ProofContext,
  publicUrl,
} from '../../src/kit.ts';
import { type FetchedDocument, getDocument, type Origin } from '../shared/document.ts';

/**
 * Reads a document that `via` proves. A content delivery network can cache the two files of one update separately: if
 * they do not fit, both are requested again, the document without any cache; if they still do not fit, the error is
 * `ERR_DIGEST`, `ERR_SIZE` or `ERR_SIGNATURE`.
 */
export async function fetchProved(
  url: URL,
  via: Proof,
  context: ProofContext,
  accept?: string,
): Promise<{ document: FetchedDocument; origin: Origin }> {
  const first = await fetchOnce(url, via, context, { accept });
  if (first.misfit === undefined) return first;
  context.log({
    level: 'info',
    message: `${publicUrl(url)} does not match its proof, fetching it again`,
  });
  const second = await fetchOnce(url, via, context, { accept, fresh: true });
  if (second.misfit === undefined) return second;
  throw second.misfit;
}

async function fetchOnce(
  url: URL,
  via: Proof,
  context: ProofContext,
  how: { accept?: string | undefined; fresh?: boolean },
): Promise<{ document: FetchedDocument; origin: Origin; misfit: AnyImageError | undefined }> {
  const document = await getDocument(url, context, how);
  const evidence = await context.prove(via, { fileName: fileNameOf(url), url });
  const misfit = findMisfit(document, evidence);
  if (misfit !== undefined || evidence.check === undefined) {
    return { document, origin: originOf(evidence), misfit };
  }
  try {
    evidence.check.update(document.evidence.bytes);
    const { warnings, ...signature } = await evidence.check.finish();
    const origin = { ...originOf(evidence), ...signature, level: evidence.level };
    return { document, origin: { ...origin, warnings: [...origin.warnings, ...warnings] }, misfit };
  } catch (error) {
    if (!isImageError(error, 'ERR_SIGNATURE')) throw error;
    return { document, origin: originOf(evidence), misfit: error };
  }
}

function fileNameOf(url: URL): string {
  const segment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function originOf(evidence: Evidence): Origin {
  const { level, digests, signer, signedAt, documents, warnings } = evidence;
  return {
    // Evidence without a digest does not cover the document, which then counts as read over TLS.
    level: digests.length > 0 ? level : 'checksum',
    documents,
    warnings,
    ...defined({ signer, signedAt }),
  };
}

function findMisfit(document: FetchedDocument, evidence: Evidence): IntegrityError | undefined {
  const { url, bytes } = document.evidence;
  const { sizeBytes } = evidence;
  if (sizeBytes !== undefined && sizeBytes !== bytes.length) {
    return new IntegrityError({
      code: 'ERR_SIZE',
      message: `${url} has ${bytes.length} bytes, its proof says ${sizeBytes}`,
      hint: 'Try again later: the vendor or a mirror may be publishing an update right now.',
      details: { url, expected: `${sizeBytes}`, actual: `${bytes.length}` },
    });
  }
  for (const expected of evidence.digests) {
    const algorithm = expected.slice(0, expected.indexOf(':'));
    const actual = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    if (actual === expected) continue;
    return new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${url} has the digest ${actual}, its proof says ${expected}`,
      hint: 'Try again later: the vendor or a mirror may be publishing an update right now.',
      details: { url, expected, actual, reason: 'digest-mismatch' },
    });
  }
  return undefined;
}
