import { defineVerifier, parseDigest, type Verifier } from '../src/kit.ts';

/** A digest that stands in metadata itself: as good as the connection that the metadata came over. */
export const digest: Verifier<'digest'> = defineVerifier({
  kind: 'digest',
  async prove(proof) {
    const value = parseDigest(proof.digest, `the digest in ${proof.from}`);
    const digests =
      proof.of === 'disk' ? { digests: [], diskDigests: [value] } : { digests: [value] };
    return { level: 'checksum', ...digests, documents: [], warnings: [] };
  },
});
