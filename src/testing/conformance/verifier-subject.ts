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

/** A proof that holds, with its documents, and what it proves. */
export interface VerifierSample<K extends Proof['kind'] = Proof['kind']>
  extends Omit<ProofContextOptions, 'signal'> {
  name?: string | undefined;
  proof: Extract<Proof, { kind: K }>;
  /** What has to come out. */
  level: TrustLevel;
  /** Digests that have to be among those that come out. */
  digests?: readonly Digest[] | undefined;
  /** The image, for a signature that covers it. */
  image?: Uint8Array | undefined;
}

/** A verifier with one proof; its kind is the proof's. */
export interface VerifierSubject {
  verifier: { kind: string; prove(proof: Proof, context: ProofContext): Promise<Evidence> };
  sample: VerifierSample;
}

/** A subject whose verifier and proof are of one kind, which the type of a case cannot say. */
export function pairUp<K extends Proof['kind']>(
  verifier: Verifier<K>,
  sample: VerifierSample<K>,
): VerifierSubject {
  return { verifier, sample } as unknown as VerifierSubject;
}

/** Runs with documents of its own. */
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

/** Proves with a client that has read nothing yet. */
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
