import { defineVerifier, type Verifier } from '../src/kit.ts';

/** A signature over the image itself: checked while the bytes pass, before the disk is published. */
export const signature: Verifier<'signature'> = defineVerifier({
  kind: 'signature',
  prove: async (proof, context) =>
    (await import('./signature/prove.ts')).proveSignature(proof, context),
  verifyDocument: async (subject) => (await import('./signature/at-hand.ts')).verifyAtHand(subject),
});
