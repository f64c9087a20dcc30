import type { Warning } from '../../contracts/log.ts';
import type { Signer } from '../../contracts/proof.ts';
import { defined } from '../../kit/defined.ts';
import type { Proven } from './merge-evidence.ts';

/** The signer, after the signatures over the bytes themselves were checked too. */
export interface SignedBytes {
  signer?: Signer;
  signedAt?: Date;
  /** Warnings of those signatures. */
  warnings: Warning[];
}

/**
 * Finishes the signatures over the bytes after the last byte; their results take precedence over those of documents.
 */
export async function finishChecks(
  proven: Pick<Proven, 'checks' | 'signer' | 'signedAt'>,
): Promise<SignedBytes> {
  let { signer, signedAt } = proven;
  const warnings: Warning[] = [];
  for (const check of proven.checks) {
    const signed = await check.finish();
    signer = signed.signer ?? signer;
    signedAt = signed.signedAt ?? signedAt;
    warnings.push(...signed.warnings);
  }
  return { ...defined({ signer, signedAt }), warnings };
}
