import type { Evidence, Proof, ProofContext, StreamCheck } from '../../contracts/proof.ts';
import type { BoundParts } from '../../parts/bind.ts';
import { callPlugin, pluginFailure } from '../../parts/call-plugin.ts';
import { checkEvidence, checkFinished } from '../../parts/check-evidence.ts';

/** What every proof of a call receives. */
export type ProofBasis = Pick<ProofContext, 'http' | 'signal' | 'log' | 'now' | 'given' | 'wanted'>;

/**
 * Calls the verifier for the kind of a proof and returns evidence about one file; throws `ERR_PLUGIN` for invalid
 * evidence.
 */
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
  const name = `verifier ${proof.kind}`;
  return callPlugin(name, 'prove', basis.signal, async () => {
    const evidence = checkEvidence(name, await verifier.prove(proof, context));
    const { check } = evidence;
    if (check === undefined) return evidence;
    return { ...evidence, check: checkedCheck(name, check, basis.signal) };
  });
}

/** Wraps a check of the bytes so that its exceptions and its result are checked against the contract too. */
function checkedCheck(name: string, check: StreamCheck, signal: AbortSignal): StreamCheck {
  return {
    update(chunk) {
      try {
        check.update(chunk);
      } catch (error) {
        throw pluginFailure(error, name, 'check.update', signal);
      }
    },
    finish: () =>
      callPlugin(name, 'check.finish', signal, async () => {
        return checkFinished(name, await check.finish());
      }),
  };
}
