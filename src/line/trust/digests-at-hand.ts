import type { Digest, Proof } from '../../contracts/proof.ts';
import { isImageError } from '../../errors.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { parseChecksums } from '../../kit/sums/checksum-list.ts';
import { pickChecksum } from '../../kit/sums/pick-checksum.ts';
import type { Call } from '../call.ts';
import type { Plan } from '../plan.ts';

/**
 * What the resolution, and the lists that it was read from, say of the artifact, without a request and without proof: a
 * cached disk of another digest is no hit, and is proved and fetched anew.
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
    // What is wrong with the list shows when it is to prove something.
    if (isImageError(error)) return [];
    throw error;
  }
}
