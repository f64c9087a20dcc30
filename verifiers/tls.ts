import { defineVerifier, type Verifier } from '../src/kit.ts';

/** No digest or signature to compare the bytes with: reports this, with the reason. */
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
