import { asBookkeeping } from '../cache/bookkeeping.ts';
import type { Entry } from '../cache/entries/read.ts';
import { type RecordChange, rewriteRecord } from '../cache/entries/rewrite.ts';
import { baseName } from '../cache/names/cache-name.ts';
import { writeEvidence } from '../cache/records/evidence.ts';
import { retireFolder, sweepRetired } from '../cache/retired.ts';
import { defined } from '../kit/defined.ts';
import type { Call } from './call.ts';
import type { Obtained } from './look.ts';
import type { Planned, Proved } from './making.ts';
import type { Accepted } from './rollback/accepted.ts';
import { rememberAccepted } from './rollback.ts';
import { reaches } from './trust/levels.ts';
import { evidenceOf, storedEvidenceOf, trustOf } from './trust/record-trust.ts';

/**
 * Writes what a hit learns from this call: the request that it answered, what was accepted of its source, and
 * evidence if it was proved again. Transfers no image byte. Needs the lock of its name.
 */
export async function adopt(hit: Planned | Proved, entry: Entry): Promise<Obtained> {
  const { call, plan } = hit;
  const proven = 'proven' in hit ? hit.proven : undefined;
  const { level, signedAt } = proven ?? readTrust(entry);
  await rememberAccepted(call, plan, { level, signedAt, documents: proven?.documents ?? [] });
  const better = 'proven' in hit ? await adoptEvidence(hit, entry) : {};
  const requests = [plan.requestKey];
  const aliases = call.locked && [call.locked.entry.alias];
  const adopted = await rewriteRecord(call.cache, entry, {
    requests,
    ...defined({ aliases }),
    ...better,
  });
  await removeLeftovers(call, entry);
  return { entry: adopted, origin: 'cache', ...defined({ level: proven?.level }) };
}

/** The trust that was proved when the disk was made. */
function readTrust({ record }: Entry): Pick<Accepted, 'level' | 'signedAt'> {
  const { level, signedAt } = record.trust;
  return { level, signedAt: signedAt === undefined ? undefined : new Date(signedAt) };
}

/** The record keeps the better level: if this call proved less, only the level that the source offers is updated. */
async function adoptEvidence({ call, plan, proven }: Proved, entry: Entry): Promise<RecordChange> {
  const { trust } = entry.record;
  if (!reaches(proven.level, trust.level)) return { trust: { ...trust, offered: plan.offered } };
  if (call.cache.writable) {
    const evidence = await storedEvidenceOf(call, plan, proven);
    const what = `the documents that verify ${entry.name} were not stored`;
    await asBookkeeping(call.cache, what, undefined, () =>
      writeEvidence(call.cache, entry.name, evidence),
    );
  }
  const pinned = trust.pinned || proven.pinned;
  return { trust: { ...trustOf(plan, proven), pinned }, evidence: evidenceOf(proven) };
}

/**
 * Removes the staging folder of a call that was killed right after publishing the entry. A folder that cannot be
 * removed occupies space but does no harm.
 */
async function removeLeftovers(call: Call, entry: Entry): Promise<void> {
  if (!call.cache.writable) return;
  const dir = call.cache.stagingPathOf(baseName(entry.name));
  await asBookkeeping(call.cache, 'the staging folder was not removed', undefined, () =>
    retireFolder(call.cache, dir),
  );
  sweepRetired(call.cache);
}
