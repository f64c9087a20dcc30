import { createHash, type Hash } from 'node:crypto';
import type { StoredEvidence } from '../../cache/records/evidence.ts';
import type { Log } from '../../contracts/log.ts';
import type { Digest, Signer } from '../../contracts/proof.ts';
import { isImageError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { algorithmOf, hexOf } from '../../kit/digest.ts';
import { finishChecks } from '../../line/trust/finish-checks.ts';
import type { Proven } from '../../line/trust/merge-evidence.ts';
import { proveStored } from '../../line/trust/prove-again.ts';
import { vendorClaims } from '../../line/trust/vendor-claims.ts';
import type { BoundParts } from '../../parts/bind.ts';

/**
 * `proved`: documents in the registry prove that a key of the vendor, as this package names it, signed these bytes.
 * `unproved`: they do not prove it. `failed`: they contradict the bytes.
 */
export interface RegistryOrigin {
  state: 'proved' | 'unproved' | 'failed';
  signer?: Signer;
  signedAt?: Date;
  reason?: string;
}

interface Context {
  signal: AbortSignal;
  log: Log;
  now: Date;
}

/** Checks bytes that pass once, from the first to the last, against documents of the registry. */
export class OriginCheck {
  readonly #hashes = new Map<'sha256' | 'sha512', Hash>([['sha256', createHash('sha256')]]);
  #reason: string | undefined;
  #isContradicted = false;
  /** The result of the usable documents. */
  proven: Proven | undefined;
  /** The documents, with the keys of this package. */
  kept: StoredEvidence | undefined;

  /**
   * Reads the documents; never throws because of their content. `digests`: digests that the caller wants computed.
   */
  static async open(
    parts: BoundParts,
    claims: { vendor: string | undefined; evidence: string | undefined },
    context: Context,
    digests: readonly Digest[] = [],
  ): Promise<OriginCheck> {
    const check = new OriginCheck();
    await check.#read(parts, claims, context);
    const wanted = [...digests, ...(check.proven?.digests ?? [])];
    if (wanted.some((one) => algorithmOf(one) === 'sha512')) {
      check.#hashes.set('sha512', createHash('sha512'));
    }
    return check;
  }

  update(chunk: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(chunk);
    for (const check of this.proven?.checks ?? []) check.update(chunk);
  }

  /** Called after the last byte: returns the digests of the bytes, and what the documents prove. */
  async finish(): Promise<{ digests: Digest[]; origin: RegistryOrigin }> {
    const digests = [...this.#hashes].map(
      ([algorithm, hash]): Digest => `${algorithm}:${hash.digest('hex')}`,
    );
    return { digests, origin: await this.#judge(digests) };
  }

  async #read(
    parts: BoundParts,
    { vendor = '', evidence }: { vendor: string | undefined; evidence: string | undefined },
    context: Context,
  ): Promise<void> {
    if (evidence === undefined) {
      this.#reason = 'the registry has no documents of it';
      return;
    }
    try {
      const kept = await vendorClaims(parts, vendor, evidence);
      if (kept === undefined) {
        this.#reason = `no document is signed for ${vendor} in a way that a key of this package can prove`;
        return;
      }
      const proven = await proveStored(parts, kept, context);
      const isOfImage = proven.digests.length > 0 || proven.checks.length > 0;
      if (isOfImage && proven.level === 'signed') [this.kept, this.proven] = [kept, proven];
      else this.#reason = 'no signature of its vendor is among the documents';
    } catch (error) {
      this.#refuse(error, context.signal);
    }
  }

  async #judge(digests: readonly Digest[]): Promise<RegistryOrigin> {
    const { proven } = this;
    if (proven === undefined) {
      const state = this.#isContradicted ? 'failed' : 'unproved';
      return { state, ...defined({ reason: this.#reason }) };
    }
    const other = proven.digests.find((digest) => !digests.includes(digest));
    if (other !== undefined) {
      const actual = digests.find((one) => algorithmOf(one) === algorithmOf(other));
      const reason = `its documents say ${short(other)}, its bytes have ${actual === undefined ? 'another' : short(actual)}`;
      return { state: 'failed', reason };
    }
    try {
      const { signer, signedAt, warnings } = await finishChecks(proven);
      this.proven = {
        ...proven,
        ...defined({ signer, signedAt }),
        warnings: [...proven.warnings, ...warnings],
      };
      return { state: 'proved', ...defined({ signer, signedAt }) };
    } catch (error) {
      if (!isImageError(error)) throw error;
      return { state: 'failed', reason: error.message };
    }
  }

  #refuse(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || !isImageError(error)) throw error;
    this.#isContradicted = error.remedy === 'integrity';
    this.#reason = error.message;
  }
}

function short(digest: Digest): string {
  return `${algorithmOf(digest)} ${hexOf(digest).slice(0, 12)}…`;
}
