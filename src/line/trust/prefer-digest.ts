import type { Digest } from '../../contracts/proof.ts';
import type { Artifact, Resolution } from '../../contracts/vendor.ts';
import { isImageError } from '../../errors.ts';
import { peekSignedText } from '../../kit/signed-text.ts';
import { parseChecksums } from '../../kit/sums/checksum-list.ts';
import type { Call } from '../call.ts';

/**
 * Of several published files of one disk, puts the one with the caller's digest first. The lists are read without
 * proof: they only tell which file is meant, and the digest itself verifies its bytes.
 */
export async function preferDigest(call: Call, resolution: Resolution): Promise<Resolution> {
  const { digest } = call.options;
  const { disk } = resolution;
  if (digest === undefined || disk.length < 2) return resolution;
  for (const file of disk) {
    if (!(await hasListedDigest(call, file, digest))) continue;
    return { ...resolution, disk: [file, ...disk.filter((other) => other !== file)] };
  }
  return resolution;
}

async function hasListedDigest(call: Call, file: Artifact, digest: Digest): Promise<boolean> {
  for (const proof of file.proofs) {
    if (proof.kind === 'digest' && proof.of !== 'disk' && proof.digest === digest) return true;
    if (proof.kind !== 'checksums') continue;
    const { url, name = file.fileName, aliases = [], dialect } = proof;
    try {
      const list = await call.metadata.find(url, { signal: call.signal });
      if (list === undefined) continue;
      const { entries } = parseChecksums(peekSignedText(list.text), { dialect, from: url.href });
      const isOwn = (listed: string | undefined): boolean =>
        listed === undefined ? entries.length === 1 : [name, ...aliases].includes(listed);
      if (entries.some((entry) => entry.digest === digest && isOwn(entry.name))) return true;
    } catch (error) {
      // A digest needs no other document: an unavailable list is ignored.
      if (call.signal.aborted || !isImageError(error)) throw error;
    }
  }
  return false;
}
