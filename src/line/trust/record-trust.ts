import { type StoredEvidence, storeEvidence } from '../../cache/records/evidence.ts';
import type { EvidenceRecord, TrustRecord } from '../../cache/records/image-record.ts';
import type { Signer } from '../../contracts/proof.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { Call } from '../call.ts';
import type { Plan } from '../plan.ts';
import type { Proven } from './merge-evidence.ts';

/** The trust of the bytes for their record, without warnings that concern only this call. */
export function trustOf(
  plan: Plan,
  proven: Proven,
  { signer, signedAt }: { signer?: Signer; signedAt?: Date } = proven,
): TrustRecord {
  return {
    level: proven.level,
    pinned: proven.pinned,
    offered: plan.offered,
    ...defined({ signer, signedAt: signedAt?.toISOString() }),
    warnings: proven.warnings,
  };
}

export function evidenceOf({ digests, diskDigests, documents }: Proven): EvidenceRecord {
  return {
    digests,
    ...defined({ diskDigests: diskDigests.length > 0 ? diskDigests : undefined }),
    documents: documents.map(({ url, sha256 }) => ({ url, sha256 })),
  };
}

/** The evidence to keep beside the disk, so that its origin can be proved again. */
export function storedEvidenceOf(call: Call, plan: Plan, proven: Proven): Promise<StoredEvidence> {
  const { url, fileName, proofs } = plan.artifact;
  const artifact = { url: publicUrl(url), fileName, proofs };
  return storeEvidence(artifact, call.keys, proven.documents);
}
