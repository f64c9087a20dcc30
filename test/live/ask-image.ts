import { isUnreachable } from '../../src/http/is-unreachable.ts';
import type { HttpPool } from '../../src/http/pool.ts';
import type { EnsureOptions } from '../../src/index.ts';
import { defined } from '../../src/kit/defined.ts';
import { hasRemedy, isImageError, type MetadataDocument } from '../../src/kit.ts';
import { openCall } from '../../src/line/call.ts';
import { type Plan, planImage } from '../../src/line/plan.ts';
import { prove } from '../../src/line/prove.ts';
import { parseRequest, resolveRequest } from '../../src/line/resolve.ts';
import type { Proven } from '../../src/line/trust/merge-evidence.ts';
import type { BoundParts } from '../../src/parts/bind.ts';
import { addressShape } from './address-shape.ts';
import type { ResolvedFacts } from './facts.ts';

/** The common input of all questions. */
export interface Asking {
  parts: BoundParts;
  options: EnsureOptions;
  pool: HttpPool;
  /** Called with every document that was read. */
  note(documents: Iterable<MetadataDocument>): void;
}

/**
 * The line up to `prove`: the vendor's documents, lists of digests and signatures are read and checked. `resolveImage`
 * goes one step further and asks the image's host for the size, which is not needed here.
 */
export async function askImage(
  { parts, options, pool, note }: Asking,
  reference: string,
  arch: string,
): Promise<ResolvedFacts> {
  const call = await openCall(parts, reference, { ...options, arch }, { pool });
  try {
    const asked = parseRequest(call, reference);
    const resolution = await resolveRequest(call, asked);
    const plan = planImage(asked.request, resolution, call.options, parts.formats);
    return describe(plan, await prove({ call, plan }));
  } finally {
    note(call.read.values());
  }
}

function describe({ identity, artifact, resolution }: Plan, proven: Proven): ResolvedFacts {
  const { release, codename, variant } = identity;
  return {
    ...{ release, variant, level: proven.level, layers: artifact.layers },
    signers: proven.signer === undefined ? pinnedSigners(artifact) : [proven.signer.fingerprint],
    address: addressShape(artifact.url, codename),
    sized: (proven.sizeBytes ?? artifact.sizeBytes) !== undefined,
    ...defined({ eol: resolution.guest?.eol }),
  };
}

/**
 * A signature over the image shows its signer only after the last byte; this reports the keys of which it must be one.
 */
function pinnedSigners({ proofs }: Plan['artifact']): string[] {
  const over = proofs.flatMap((proof) =>
    proof.kind === 'signature' && proof.of === undefined ? [proof.signature] : [],
  );
  return over.flatMap((one) => (one.form === 'sigstore' ? [one.identity] : one.signers));
}

/** The code of the error if there is no answer; `undefined` while upstream is unreachable. */
export function refusalOf(error: unknown): string | undefined {
  if (!isImageError(error)) throw error;
  const { code } = error;
  if (!hasRemedy(error, 'transfer')) return code;
  if (code !== 'ERR_HTTP_STATUS') return isUnreachable(error) ? undefined : code;
  // A server that refuses (403, 429) or cannot answer (503) tells nothing about the images.
  const { status } = error.details;
  return status === 404 || status === 410 ? `${code} ${status}` : undefined;
}
