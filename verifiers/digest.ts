import { defineVerifier, parseDigest, type Verifier } from '../src/kit.ts';

/** A digest in the metadata itself; it is as reliable as the connection that brought the metadata. */
export const digest: Verifier<'digest'> = defineVerifier({
  kind: 'digest',
  async prove(proof) {
    const value = parseDigest(proof.digest, `the digest in ${proof.from}`);
    const digests =
      proof.of === 'disk' ? { digests: [], diskDigests: [value] } : { digests: [value] };
    return { level: 'checksum', ...digests, documents: [], warnings: [] };
  },
});
