import type {
  Digest,
  Evidence,
  Proof,
  ProofContext,
  TrustLevel,
  Verifier,
} from '../../contracts/proof.ts';
import {
  createProofContext,
  type ProofContextOptions,
  type TestProofContext,
} from '../proof-context.ts';

/** A valid proof with its documents, and the expected result. */
export interface VerifierSample<K extends Proof['kind'] = Proof['kind']>
  extends Omit<ProofContextOptions, 'signal'> {
  name?: string | undefined;
  proof: Extract<Proof, { kind: K }>;
  /** The expected level. */
  level: TrustLevel;
  /** Digests that must be among those of the evidence. */
  digests?: readonly Digest[] | undefined;
  /** The image, for a signature that covers it. */
  image?: Uint8Array | undefined;
}

/** A verifier with one proof of its kind. */
export interface VerifierSubject {
  verifier: { kind: string; prove(proof: Proof, context: ProofContext): Promise<Evidence> };
  sample: VerifierSample;
}

/** Pairs a verifier and a proof of the same kind; the type of a case cannot express this. */
export function pairUp<K extends Proof['kind']>(
  verifier: Verifier<K>,
  sample: VerifierSample<K>,
): VerifierSubject {
  return { verifier, sample } as unknown as VerifierSubject;
}

/** Runs with a new set of documents. */
export async function withProof<T>(
  { sample }: VerifierSubject,
  run: (context: TestProofContext) => Promise<T>,
): Promise<T> {
  const context = await createProofContext(sample);
  try {
    return await run(context);
  } finally {
    await context.close();
  }
}

/** Proves with a new client that has read nothing yet. */
export function proveOn(
  { verifier, sample }: VerifierSubject,
  context: TestProofContext,
): Promise<Evidence> {
  return verifier.prove(sample.proof, context.renew());
}

/** Addresses that the proof reads. */
export function documentsOf(subject: VerifierSubject): Promise<Set<string>> {
  return withProof(subject, async (context) => {
    await proveOn(subject, context);
    const gets = context.requests.filter((line) => line.startsWith('GET '));
    return new Set(gets.map((line) => line.slice(4)));
  });
}
