import { open } from 'node:fs/promises';
import { readDigestTable } from '../../cache/entries/blocks-file.ts';
import { publishEntry } from '../../cache/entries/publish.ts';
import { type Entry, readEntry } from '../../cache/entries/read.ts';
import { verifyEntry } from '../../cache/entries/verify.ts';
import { formatCacheName, requireCacheName } from '../../cache/names/cache-name.ts';
import { readEvidence, type StoredEvidence } from '../../cache/records/evidence.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import type { ChosenWriter } from '../../convert/choose-writer.ts';
import { version } from '../../version.ts';
import { attemptInStaging } from '../attempt.ts';
import type { Call } from '../call.ts';
import { look, lookProven, type Obtained } from '../look.ts';
import type { Proved } from '../making.ts';
import { planRaw } from '../plan.ts';
import { planRecorded, provenRecorded } from '../repair/recorded.ts';
import { rememberAccepted } from '../rollback.ts';
import { evidenceOf, storedEvidenceOf, trustOf } from '../trust/record-trust.ts';
import { writeFrom, writerOf } from './write-disk.ts';

/** The facts of a record beyond the bytes. */
type Known = Pick<ImageRecord, 'requests' | 'aliases' | 'trust' | 'evidence'>;

/**
 * Makes the disk in the format of a writer from a cached raw disk that would answer this call; `undefined` if there
 * is none. Fetches no image byte.
 */
export async function obtainFromRaw(proved: Proved): Promise<Obtained | undefined> {
  const { call, plan, proven } = proved;
  const chosen = writerOf(call, plan);
  // If the download is to be kept, it must be fetched first.
  if (chosen === undefined || call.options.keepSource) return undefined;
  const asRaw = { ...proved, plan: planRaw(plan) };
  const same = await lookProven(asRaw);
  const raw = same ?? (await look(asRaw));
  if (raw === undefined) return undefined;
  const about = {
    requests: [plan.requestKey],
    aliases: call.locked ? [call.locked.entry.alias] : [],
  };
  const known: Known =
    same === undefined
      ? { ...about, trust: raw.record.trust, evidence: raw.record.evidence }
      : { ...about, trust: trustOf(plan, proven), evidence: evidenceOf(proven) };
  const evidence = same === undefined ? undefined : await storedEvidenceOf(call, plan, proven);
  const entry = await writeEntry(proved, chosen, raw, known, evidence);
  const { level, signedAt } = entry.record.trust;
  await rememberAccepted(call, plan, {
    level,
    signedAt: signedAt === undefined ? undefined : new Date(signedAt),
    documents: same === undefined ? [] : proven.documents,
  });
  return { entry, origin: 'cache' };
}

/**
 * Writes a damaged disk of a writer again from the raw disk of the same source; `undefined` if there is no intact
 * one.
 */
export async function rewriteFromRaw(
  call: Call,
  record: ImageRecord,
): Promise<{ entry: Entry; raw: string } | undefined> {
  const url = URL.parse(record.source.url);
  if (url === null) return undefined;
  const plan = planRecorded(record, url, []);
  const chosen = writerOf(call, plan);
  if (chosen === undefined || record.source.kept) return undefined;
  const base = requireCacheName(record.name);
  for (const name of [base, { ...base, digest8: undefined }]) {
    const raw = await readEntry(call.cache, formatCacheName({ ...name, format: 'raw' }));
    if (raw === undefined || raw.record.source.sha256 !== record.source.sha256) continue;
    if ((await verifyEntry(raw, { signal: call.signal })).state === 'damaged') continue;
    const proved = { call, plan, proven: provenRecorded(record) };
    return { entry: await writeEntry(proved, chosen, raw, record), raw: raw.name };
  }
  return undefined;
}

async function writeEntry(
  proved: Proved,
  chosen: ChosenWriter,
  raw: Entry,
  { requests, aliases, trust, evidence }: Known,
  stored?: StoredEvidence,
): Promise<Entry> {
  const { call, plan } = proved;
  const { virtualSize } = raw.record.disk;
  const extents = (await readDigestTable(raw)).table?.extents ?? raw.record.extents;
  const kept = stored ?? (await readEvidence(call.cache, raw.name).catch(() => undefined));
  return await attemptInStaging(proved, async ({ staging }) => {
    const handle = await open(raw.path, 'r');
    try {
      const from = { handle, virtualSize, extents: extents ?? [[0, virtualSize] as const] };
      const written = await writeFrom({ call, staging }, chosen, from);
      const { kept: _, ...source } = raw.record.source;
      const { schema: _schema, name: _name, created: _created, ...known } = raw.record;
      return await publishEntry(call.cache, staging, {
        name: plan.cacheName,
        from: written.path,
        evidence: kept,
        signal: call.signal,
        record: {
          ...known,
          ...{ requests, aliases, trust, evidence },
          format: written.format,
          source,
          disk: { virtualSize, blocks: written.blocks },
          extents: written.extents,
          decoder: `rootdisk ${version}`,
          facts: { ...known.facts, writer: written.format },
        },
      });
    } finally {
      await handle.close();
    }
  });
}
