import { IntegrityError } from '../errors.ts';
import { algorithmOf, hexOf } from '../kit/digest.ts';
import type { FetchedArtifact } from './fetch.ts';
import type { Proven } from './trust/merge-evidence.ts';

/** Compares every expected digest with the computed hashes; throws `ERR_DIGEST` if one differs. */
export function matchDigests(
  proven: Proven,
  fetched: FetchedArtifact,
  fileName: string,
  cause?: unknown,
): void {
  for (const expected of proven.digests) {
    const actual = fetched[algorithmOf(expected)];
    if (actual === hexOf(expected)) continue;
    throw new IntegrityError({
      code: 'ERR_DIGEST',
      message: `${fileName} has the digest ${actual}, expected ${expected}`,
      hint: 'Do not use the bytes; try again later, and report it to the vendor if it happens again.',
      details: {
        url: fetched.url,
        fileName,
        expected,
        actual: `${algorithmOf(expected)}:${actual}`,
        reason: 'digest-mismatch',
      },
      cause,
    });
  }
}
