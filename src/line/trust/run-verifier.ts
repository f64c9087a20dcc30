import type { Evidence, Proof, ProofContext } from '../../contracts/proof.ts';
import type { BoundParts } from '../../parts/bind.ts';
import { callPlugin } from '../../parts/call-plugin.ts';

/** What every proof of a call is given alike. */
export type ProofBasis = Pick<ProofContext, 'http' | 'signal' | 'log' | 'now' | 'given' | 'wanted'>;

/** Lets the verifier of its kind turn a proof into evidence about one file. */
export function runVerifier(
  parts: BoundParts,
  proof: Proof,
  subject: Pick<ProofContext, 'fileName' | 'url'>,
  basis: ProofBasis,
): Promise<Evidence> {
  const context: ProofContext = {
    ...basis,
    fileName: subject.fileName,
    url: subject.url,
    prove: (via, of) => runVerifier(parts, via, of, basis),
  };
  // The verifier of a kind takes proofs of that kind; the compiler cannot pair the two unions.
  const verifier = parts.verifierOf(proof.kind) as {
    prove(proof: Proof, about: ProofContext): Promise<Evidence>;
  };
  return callPlugin(`verifier ${proof.kind}`, 'prove', basis.signal, () => {
    return verifier.prove(proof, context);
  });
}
