import type { Proof, Verifier } from '../../contracts/proof.ts';
import { bindCases, type ConformanceCase, type Several } from './case.ts';
import { verifierCases } from './verifier-cases.ts';
import { pairUp, type VerifierSample } from './verifier-subject.ts';

/**
 * The requirements for every verifier, as cases for any test runner: `for (const { title, run } of
 * checkVerifier(receipts, sample)) test(title, run)`.
 */
export function checkVerifier<K extends Proof['kind']>(
  verifier: Verifier<K>,
  samples: Several<VerifierSample<K>>,
): ConformanceCase[] {
  return bindCases(verifierCases, samples, (sample) => pairUp(verifier, sample));
}
