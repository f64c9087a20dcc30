import { refuseSignature, UsageError } from '../../../src/kit.ts';
import type { SignerPolicy } from '../../shared/verdict.ts';
import { CrlfLines } from '../cleartext.ts';
import { type PublicKey, signatureTypes } from '../keys/public-key.ts';
import { limits } from '../limits.ts';
import { malformed } from '../packets/field-reader.ts';
import type { SignaturePacket } from '../packets/signature-packet.ts';
import { SignatureCheck } from '../signature-check.ts';
import type { Objection } from './judge-key.ts';
import { type Contender, judgeSignature } from './judge-signature.ts';
import { makeRing, type Ring } from './ring.ts';
import {
  type IgnoredSignature,
  makeRefusal,
  makeVerdict,
  nameIssuer,
  type OpenpgpVerdict,
} from './verdict.ts';

/** A signature that may count, with a check for each key that may have made it. */
interface Trial {
  signature: SignaturePacket;
  checks: { contender: Contender; check: SignatureCheck }[];
}

/**
 * The signatures of one document. An error that does not need the document is thrown immediately; then `update` gets
 * the document, and `finish` gives the verdict.
 */
export class SignatureSet {
  readonly #policy: SignerPolicy;
  readonly #trials: Trial[] = [];
  readonly #refusals: IgnoredSignature[] = [];
  readonly #lines = new CrlfLines();

  /** `types`: the allowed signature types (RFC 9580, 5.2.1). */
  constructor(
    signatures: readonly SignaturePacket[],
    types: readonly number[],
    keys: readonly PublicKey[],
    policy: SignerPolicy,
  ) {
    this.#policy = policy;
    const now = readClock(policy);
    const ring = makeRing(keys, policy);
    for (const signature of signatures) this.#judge(signature, ring, types, now);
    if (this.#trials.length > limits.contenders) {
      throw malformed(`${policy.name}: more than ${limits.contenders} signatures to verify`);
    }
    if (this.#trials.length === 0) throw makeRefusal(this.#refusals, policy);
  }

  /** The next bytes of the document. */
  update(chunk: Uint8Array): void {
    const text = this.#trials.some(isText) ? this.#lines.convert(chunk) : chunk;
    for (const trial of this.#trials) {
      for (const { check } of trial.checks) check.update(isText(trial) ? text : chunk);
    }
  }

  /**
   * A bad signature by an allowed signer refuses the document, even if another signature is good: either the document
   * was changed, or it is a mixture of two documents.
   */
  finish(): OpenpgpVerdict {
    const good: Contender[] = [];
    for (const { signature, checks } of this.#trials) {
      const found = checks.find(({ check }) => check.finish());
      if (found === undefined) throw this.#bad(signature);
      good.push(found.contender);
    }
    const [first, ...others] = good;
    if (first === undefined) throw makeRefusal(this.#refusals, this.#policy);
    return makeVerdict([first, ...others], this.#refusals, this.#policy);
  }

  #judge(signature: SignaturePacket, ring: Ring, types: readonly number[], now: number): void {
    const judged = ring
      .allowed(signature)
      .map((candidate) => judgeSignature(signature, candidate, types, now));
    const contenders = judged.filter((one): one is Contender => 'candidate' in one);
    const [objection] = judged.filter((one): one is Objection => 'reason' in one);
    if (contenders.length > 0) {
      this.#trials.push({
        signature,
        checks: contenders.map((contender) => ({
          contender,
          check: new SignatureCheck(signature, contender.candidate.packet, contender.hash),
        })),
      });
    } else if (objection?.reason === 'signature-bad') {
      throw this.#bad(signature);
    } else {
      this.#refusals.push({ signature, objection: objection ?? unknown(signature, ring) });
    }
  }

  #bad(signature: SignaturePacket): Error {
    const { name } = this.#policy;
    return refuseSignature(
      'signature-bad',
      `${name}: the signature by ${nameIssuer(signature)} is not for these bytes`,
      {
        hint: 'Get both again without caches; if it happens again, do not use the bytes, and report it to the vendor.',
        signers: [nameIssuer(signature)],
      },
    );
  }
}

function isText({ signature }: Trial): boolean {
  return signature.type === signatureTypes.text;
}

function unknown(signature: SignaturePacket, ring: Ring): Objection {
  const issuer = nameIssuer(signature);
  if (ring.knows(signature)) {
    return {
      reason: 'signer-unknown',
      message: 'that key is known, but it may not sign this',
      hint: `If the vendor names ${issuer} as a signer of this, add its fingerprint to those allowed.`,
    };
  }
  return {
    reason: 'signer-unknown',
    message: 'that key is not among the given keys',
    hint: `If the vendor has changed its key, compare the fingerprint of ${issuer} with what the vendor publishes, then give that key: --key FILE, or the option keys.`,
  };
}

/** Seconds since 1970. */
function readClock({ now }: SignerPolicy): number {
  const seconds = now.getTime() / 1000;
  if (Number.isFinite(seconds)) return seconds;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'the time to verify at is not a date',
    hint: 'Give a valid Date.',
    details: { field: 'now' },
  });
}
