import type { Warning } from '../../contracts/log.ts';
import type { Signer } from '../../contracts/proof.ts';
import { defined } from '../../kit/defined.ts';
import type { Proven } from './merge-evidence.ts';

/** Who signed, once the signatures over the bytes themselves were asked too. */
export interface SignedBytes {
  signer?: Signer;
  signedAt?: Date;
  /** Of those signatures. */
  warnings: Warning[];
}

/** Asks the signatures over the bytes after every byte has passed them; what these say goes before what documents said. */
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
