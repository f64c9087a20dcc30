import type {
  ChecksumsProof,
  Digest,
  DigestProof,
  Signature,
  SignatureProof,
  TlsProof,
} from '../contracts/proof.ts';
import type { Artifact } from '../contracts/vendor.ts';
import { UsageError } from '../errors.ts';
import { defined } from './defined.ts';

/**
 * Builders for the answer of `resolve()`. Each one types one object, so that the compiler reports the wrong field and
 * not the whole answer; addresses may be strings.
 */

/** An upstream file as its vendor writes it down. */
export interface DiskInit extends Omit<Artifact, 'url' | 'mirrors' | 'fileName'> {
  url: URL | string;
  mirrors?: readonly (URL | string)[] | undefined;
  /** Default: the last part of the path of `url`. */
  fileName?: string | undefined;
}

/** Builds an artifact, one upstream file: a disk, a kernel, an initrd. */
export function diskArtifact(init: DiskInit): Artifact {
  const url = addressOf('disk', init.url);
  const last = url.pathname.split('/').at(-1) ?? '';
  const mirrors = init.mirrors?.map((mirror) => addressOf('disk', mirror));
  const fileName = init.fileName ?? decodeURIComponent(last);
  return { ...init, url, fileName, mirrors };
}

/** A proof by a checksum list or sidecar at an address. */
export function checksumsProof(
  init: Omit<ChecksumsProof, 'kind' | 'url'> & { url: URL | string },
): ChecksumsProof {
  return { ...init, kind: 'checksums', url: addressOf('checksums', init.url) };
}

/** A proof by a digest in the metadata itself; `from` names the place in messages. */
export function digestProof(
  init: Omit<DigestProof, 'kind' | 'digest'> & { digest: Digest },
): DigestProof {
  return { ...init, kind: 'digest' };
}

/** A proof by a signature over the image itself, or over the document `of`. */
export function signatureProof(
  init: Signature & { of?: URL | string | undefined },
): SignatureProof {
  const { of, ...given } = init;
  const about = of === undefined ? undefined : addressOf('signature', of);
  return { kind: 'signature', signature: given, ...defined({ of: about }) };
}

/** States that only the TLS connection protects the file, and why. */
export function tlsProof(reason: string): TlsProof {
  return { kind: 'tls', reason };
}

function addressOf(builder: string, address: URL | string): URL {
  if (address instanceof URL) return address;
  if (typeof address === 'string' && URL.canParse(address)) return new URL(address);
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${builder}({ … }): ${JSON.stringify(address)} is not an address`,
    hint: 'Write a whole address with https:// in front.',
    details: { field: 'url' },
  });
}
