import type { Entry } from '../../cache/entries/read.ts';
import { rewriteRecord } from '../../cache/entries/rewrite.ts';
import { type StoredEvidence, writeEvidence } from '../../cache/records/evidence.ts';
import { isImageError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Call } from '../call.ts';
import type { Proven } from '../trust/merge-evidence.ts';
import { proveSigned } from '../trust/prove-again.ts';
import { evidenceOf } from '../trust/record-trust.ts';
import { vendorClaims } from '../trust/vendor-claims.ts';
import { waitForName } from '../wait.ts';

/**
 * Raises an imported entry to `signed` if the documents of the archive prove that a key of its vendor, as this
 * package names it, signed its download. Returns the entry with its level; a failed proof changes nothing.
 */
export async function proveImport(call: Call, entry: Entry, text: string): Promise<Entry> {
  const kept = await vendorClaims(call.parts, entry.record.identity.vendor, text);
  if (kept === undefined) return entry;
  const context = { signal: call.signal, log: call.options.log, now: call.options.now };
  const proven = await proveSigned(call.parts, kept, entry, context).catch((error: unknown) => {
    if (call.signal.aborted || !isImageError(error)) throw error;
    call.options.log({
      level: 'info',
      message: `${entry.name} was not verified: ${error.message}`,
    });
    return undefined;
  });
  return proven === undefined ? entry : await raiseToSigned(call, entry, kept, proven);
}

/** Records that the vendor signed the source of an entry, and the documents that prove it. */
export async function raiseToSigned(
  call: Call,
  entry: Entry,
  kept: StoredEvidence,
  proven: Proven,
): Promise<Entry> {
  const { signer, signedAt, warnings } = proven;
  return await waitForName(call, entry.name, async () => {
    await writeEvidence(call.cache, entry.name, kept);
    return await rewriteRecord(call.cache, entry, {
      trust: {
        ...{ level: 'signed', offered: 'signed', pinned: entry.record.trust.pinned, warnings },
        ...defined({ signer, signedAt: signedAt?.toISOString() }),
      },
      evidence: evidenceOf(proven),
    });
  });
}
