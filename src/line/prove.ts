import type { Warning } from '../contracts/log.ts';
import type { Evidence, Proof, TrustLevel } from '../contracts/proof.ts';
import { IntegrityError, isImageError, refuseSignature } from '../errors.ts';
import { isOutOfReach } from '../kit/is-out-of-reach.ts';
import type { Planned } from './making.ts';
import type { Plan } from './plan.ts';
import { namesBuild } from './rollback/signed-names.ts';
import { trace } from './trace.ts';
import { demandedByWay, levelByWay } from './trust/by-way.ts';
import { bestLevelOf, effectiveLevel, reaches } from './trust/levels.ts';
import { mergeEvidence, type Proven } from './trust/merge-evidence.ts';
import { runVerifier } from './trust/run-verifier.ts';

/**
 * Turns the proofs of the planned artifact into evidence and checks it against the policy, before any image byte.
 * Proofs beyond the required level are optional: an unreachable one is a warning, but a wrong one is an error.
 */
export function prove({ call, plan }: Planned): Promise<Proven> {
  call.progress.stage('prove', 'checking signatures and checksums');
  return trace(call, 'prove', { cacheName: plan.cacheName }, async () => {
    const evidence: Evidence[] = [];
    const missed: unknown[] = [];
    const { trust, digest } = call.options;
    // Everything that a source is known to offer must be there; other proofs of the same level are not enough.
    const isStrict = trust === 'auto' && digest === undefined;
    const basis = {
      http: call.metadata,
      signal: call.signal,
      log: call.options.log,
      now: call.options.now,
      given: call.keys,
      wanted: plan.demanded,
    };
    for (const proof of neededProofs({ call, plan })) {
      try {
        evidence.push(await runVerifier(call.parts, proof, plan.artifact, basis));
      } catch (error) {
        if (call.signal.aborted) throw call.signal.reason;
        const isDemanded = isStrict && reaches(bestLevelOf(proof), plan.demanded);
        // With a minimum level, the signer may be newer than this release of the package.
        const isUnknown = !isStrict && isImageError(error, 'ERR_UNKNOWN_SIGNER');
        if (isDemanded || !(isUnknown || isOutOfReach(error))) throw error;
        missed.push(error);
      }
    }
    const { url } = plan.artifact;
    const isPlain = call.http.plain(url);
    const pins = [digest ?? [], call.options.pins].flat();
    const transport = url.protocol === 'https:' ? 'tls' : 'none';
    const merged = mergeEvidence(evidence, pins, transport);
    const proven = { ...merged, level: levelByWay(merged.level, isPlain) };
    const demanded = demandedByWay(call, plan.demanded, isPlain);
    const level = effectiveLevel(proven.level, proven.pinned);
    if (!reaches(level, demanded)) {
      // A source that was signed before is not offered as signed any more.
      if (isStrict && !reaches(plan.offered, plan.demanded)) throw signedBefore(plan, level);
      throw missed[0] ?? untrusted(plan, level);
    }
    for (const error of missed) {
      const isUnknown = isImageError(error, 'ERR_UNKNOWN_SIGNER');
      const code = isUnknown ? 'signer-unknown' : 'proof-unreachable';
      const message = `a proof was not used: ${error instanceof Error ? error.message : error}`;
      call.warn({ code, message });
    }
    if (level === 'none') proven.warnings.push(unverified);
    if (proven.level === 'signed' && !namesBuild(plan.artifact, proven.documents, plan.identity)) {
      proven.warnings.push(unnamed(plan));
    }
    for (const warning of proven.warnings) call.warn(warning);
    return proven;
  });
}

/** The warning for bytes that nothing verifies. */
export const unverified: Warning = {
  code: 'unverified',
  message: 'nothing verifies these bytes: no digest, no signature, no TLS',
};

/** With the caller's digest no other document is needed, unless the call wants more than a pin. */
function neededProofs({ call, plan }: Planned): Proof[] {
  const pinSuffices = call.options.digest !== undefined && reaches('pinned', plan.demanded);
  const { proofs } = plan.artifact;
  return pinSuffices ? proofs.filter((proof) => proof.kind === 'digest') : proofs;
}

function unnamed({ artifact }: Plan): Warning {
  return {
    code: 'build-not-signed',
    message: `the signature of ${artifact.fileName} does not say which release or build it is`,
  };
}

function signedBefore({ artifact, request }: Plan, level: TrustLevel): IntegrityError {
  const { fileName } = artifact;
  return refuseSignature(
    'signature-missing',
    `${fileName} has no signature, and an earlier one of ${request.vendor}:${request.release} had one`,
    {
      fileName,
      hint: `Try later; if this source no longer signs, accept trust: '${level}' (--trust ${level}).`,
    },
  );
}

/** `ERR_UNTRUSTED`: the file reaches a lower level than the call requires. */
export function untrusted(plan: Plan, level: TrustLevel): IntegrityError {
  return new IntegrityError({
    code: 'ERR_UNTRUSTED',
    message: `trust ${plan.demanded} is demanded, but ${plan.artifact.fileName} reaches only ${level}`,
    hint:
      plan.demanded === 'pinned'
        ? 'Give the digest of the file (digest, --digest).'
        : `Give the digest of the file (digest, --digest), or accept trust: '${level}' (--trust ${level}).`,
    details: { level, wanted: plan.demanded, fileName: plan.artifact.fileName },
  });
}
