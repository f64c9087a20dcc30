import { createHash } from 'node:crypto';
import { createHttp, type HttpOptions } from '../../src/http/client.ts';
import {
  type AnyVerifier,
  type Digest,
  defaultLimits,
  type Evidence,
  type Proof,
  type ProofContext,
} from '../../src/kit.ts';
import type { Upstream } from '../../src/testing/upstream.ts';

/** The vendor's host; tests redirect it to their own upstream. */
export const site = 'https://images.example/';

/** A context with the real client; `verifiers` are those that `prove` may use for another document. */
export function proofContext(
  http: Partial<HttpOptions>,
  verifiers: readonly AnyVerifier[] = [],
  signal: AbortSignal = new AbortController().signal,
): ProofContext {
  const { metadata } = createHttp({
    mirrors: {},
    ca: [],
    limits: defaultLimits,
    signal,
    log: () => {},
    offline: false,
    refresh: false,
    tuning: { attempts: 1, backoffBaseMs: 1, backoffCapMs: 1 },
    ...http,
  });
  const about = (fileName: string, url: URL): ProofContext => ({
    http: metadata,
    signal,
    log: () => {},
    now: new Date('2026-11-20T12:00:00Z'),
    given: { keys: [], replace: false },
    wanted: 'signed',
    fileName,
    url,
    prove: (proof, subject) => proveWith(verifiers, proof, about(subject.fileName, subject.url)),
  });
  return about('demo.qcow2', new URL('r1/demo.qcow2', site));
}

/** `site` is this upstream. */
export function mirrored(upstream: Upstream): Partial<HttpOptions> {
  return { mirrors: { [site]: upstream.url } };
}

async function proveWith(
  verifiers: readonly AnyVerifier[],
  proof: Proof,
  context: ProofContext,
): Promise<Evidence> {
  for (const verifier of verifiers) {
    if (verifier.kind === 'checksums' && proof.kind === 'checksums') {
      return await verifier.prove(proof, context);
    }
    if (verifier.kind === 'digest' && proof.kind === 'digest') {
      return await verifier.prove(proof, context);
    }
    if (verifier.kind === 'tls' && proof.kind === 'tls')
      return await verifier.prove(proof, context);
    if (verifier.kind === 'signature' && proof.kind === 'signature') {
      return await verifier.prove(proof, context);
    }
  }
  throw new Error(`no verifier for ${proof.kind}`);
}

export function sha256Of(text: string): Digest {
  return digestOf('sha256', text);
}

export function digestOf(algorithm: 'sha256' | 'sha512', text: string): Digest {
  return `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;
}
