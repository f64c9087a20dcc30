import type { Digest, Proof } from '../../contracts/proof.ts';
import { isImageError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { parseChecksums } from '../../kit/sums/checksum-list.ts';
import { pickChecksum } from '../../kit/sums/pick-checksum.ts';
import type { Call } from '../call.ts';
import type { Plan } from '../plan.ts';

/**
 * The digests of the artifact in the resolution and in the lists that it was read from, without a request and without
 * proof: a cached disk with another digest is not a hit, and a new one is proved and fetched.
 */
export function digestsAtHand(
  call: Pick<Call, 'read'>,
  { artifact }: Pick<Plan, 'artifact'>,
): Digest[] {
  return artifact.proofs.flatMap((proof) => digestsOf(call, proof, artifact.fileName));
}

function digestsOf({ read }: Pick<Call, 'read'>, proof: Proof, fileName: string): Digest[] {
  if (proof.kind === 'digest') return proof.of === 'disk' ? [] : [proof.digest];
  if (proof.kind !== 'checksums') return [];
  const document = read.get(proof.url.href);
  if (document === undefined || document.stale) return [];
  const { name = fileName, dialect, aliases } = proof;
  const from = publicUrl(proof.url);
  try {
    return pickChecksum(parseChecksums(document.text, { dialect, from }), name, from, { aliases })
      .digests;
  } catch (error) {
    // A fault in the list is reported when the list is used as a proof.
    if (isImageError(error)) return [];
    throw error;
  }
}
