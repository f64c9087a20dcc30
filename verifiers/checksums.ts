import { defineVerifier, type Verifier } from '../src/kit.ts';

/** The digest of one exact name in a list or sidecar file; it is as reliable as the proof of the list itself. */
export const checksums: Verifier<'checksums'> = defineVerifier({
  kind: 'checksums',
  prove: async (proof, context) =>
    (await import('./checksums/prove.ts')).proveChecksums(proof, context),
});
