import { defineVerifier, type Verifier } from '../src/kit.ts';

/** Nothing to compare the bytes with: says so, and why. */
export const tls: Verifier<'tls'> = defineVerifier({
  kind: 'tls',
  async prove(proof) {
    return {
      level: 'tls',
      digests: [],
      documents: [],
      warnings: [{ code: 'tls-only', message: proof.reason }],
    };
  },
});
