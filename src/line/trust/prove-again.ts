import { createReadStream } from 'node:fs';
import type { Cache } from '../../cache/cache.ts';
import type { Entry } from '../../cache/entries/read.ts';
import {
  bytesOf,
  proofsOf,
  readEvidence,
  type StoredEvidence,
} from '../../cache/records/evidence.ts';
import type { Log, Warning } from '../../contracts/log.ts';
import type { MetadataClient, MetadataDocument } from '../../contracts/metadata.ts';
import type { Evidence, Signer, TrustLevel } from '../../contracts/proof.ts';
import { isImageError, TransferError } from '../../errors.ts';
import { algorithmOf, hexOf } from '../../kit/digest.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { BoundParts } from '../../parts/bind.ts';
import { finishChecks } from './finish-checks.ts';
import { reaches } from './levels.ts';
import { mergeEvidence, type Proven } from './merge-evidence.ts';
import { runVerifier } from './run-verifier.ts';

/**
 * `proved`: the kept documents prove the disk's source as the record says. `recorded`: the record says it, but the
 * kept documents cannot prove it again (`reason`). `failed`: the kept documents contradict the record.
 */
export interface OriginVerdict {
  state: 'proved' | 'recorded' | 'failed';
  level: TrustLevel;
  reason?: string;
  signer?: Signer;
  signedAt?: Date;
  warnings: Warning[];
}

/** Proves the origin of a disk again from the documents beside it, without any request. */
export async function proveAgain(
  parts: BoundParts,
  cache: Cache,
  entry: Entry,
  context: { signal: AbortSignal; log: Log; now: Date },
): Promise<OriginVerdict> {
  const { level, pinned } = entry.record.trust;
  const recorded = (reason: string): OriginVerdict => ({
    state: 'recorded',
    level,
    reason,
    warnings: [],
  });
  const { disk } = entry.record.facts;
  if (disk !== undefined) return recorded(`it was read out of ${disk}`);
  try {
    const stored = await readEvidence(cache, entry.name);
    if (stored === undefined) return recorded('no documents were kept with it');
    const proven = await proveStored(parts, stored, context);
    const misfit = findMisfit(entry, proven);
    if (misfit !== undefined) return { state: 'failed', level, reason: misfit, warnings: [] };
    if (proven.checks.length > 0 && entry.source === undefined) {
      return recorded(
        'its signature covers the download, which was not kept (keepSource, --keep-source)',
      );
    }
    await passSource(proven, entry.source, context.signal);
    const { warnings, ...signed } = await finishChecks(proven);
    if (!reaches(proven.level, level)) {
      const reason = `what was kept proves ${proven.level}, its record says ${level}`;
      return pinned ? recorded(reason) : { state: 'failed', level, reason, warnings: [] };
    }
    // The kept documents do not show how the bytes came; the record does.
    if (level === 'none') {
      const by = pinned ? 'a digest of the caller' : 'nothing';
      return recorded(`${by} vouches for it`);
    }
    const other = findOtherSigner(entry, signed);
    if (other !== undefined) return { state: 'failed', level, reason: other, warnings: [] };
    return {
      state: 'proved',
      level,
      ...signed,
      warnings: [...proven.warnings, ...warnings],
    };
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (!isImageError(error)) throw error;
    return { state: 'failed', level, reason: error.message, warnings: [] };
  }
}

/**
 * What documents prove about an untrusted entry: its vendor's signature over exactly its source, or `undefined`.
 * Throws the errors of the verifiers.
 */
export async function proveSigned(
  parts: BoundParts,
  stored: StoredEvidence,
  entry: Entry,
  context: { signal: AbortSignal; log: Log; now: Date },
): Promise<Proven | undefined> {
  const proven = await proveStored(parts, stored, context);
  const isOfSource = proven.digests.length > 0 || proven.checks.length > 0;
  if (!isOfSource || findMisfit(entry, proven) !== undefined) return undefined;
  const { disk, source } = entry.record;
  const download = entry.source ?? (disk.sha256 === source.sha256 ? entry.path : undefined);
  if (proven.checks.length > 0 && download === undefined) return undefined;
  await passSource(proven, download, context.signal);
  const { warnings, ...signed } = await finishChecks(proven);
  if (proven.level !== 'signed') return undefined;
  return { ...proven, ...signed, warnings: [...proven.warnings, ...warnings] };
}

/**
 * What stored documents prove by themselves; `checks` are signatures over the whole file, which the caller must
 * finish.
 */
export async function proveStored(
  parts: BoundParts,
  stored: StoredEvidence,
  { signal, log, now }: { signal: AbortSignal; log: Log; now: Date },
): Promise<Proven> {
  const { fileName, url } = stored.artifact;
  const subject = { fileName, url: new URL(url) };
  const basis = {
    http: clientOf(stored),
    signal,
    log,
    now,
    given: stored.given,
    // Documents that were not reached when the disk was made are not required now.
    wanted: 'none' as const,
  };
  const evidence: Evidence[] = [];
  for (const proof of proofsOf(stored)) {
    try {
      evidence.push(await runVerifier(parts, proof, subject, basis));
    } catch (error) {
      if (!isImageError(error) || !notKept.has(error.code)) throw error;
    }
  }
  return mergeEvidence(evidence, undefined, 'none');
}

/** Codes for a proof whose documents are missing; they were not reached when the disk was made either. */
const notKept: ReadonlySet<string> = new Set([
  'ERR_HTTP_STATUS',
  'ERR_SIGNATURE_MISSING',
  'ERR_KEY',
]);

/** A client that answers only from the kept documents. */
function clientOf({ documents }: StoredEvidence): MetadataClient {
  const kept = new Map(documents.map((document) => [document.url, document]));
  const find = async (url: URL | string): Promise<MetadataDocument | undefined> => {
    const document = kept.get(publicUrl(url));
    if (document === undefined) return undefined;
    const bytes = bytesOf(document);
    const text = Buffer.from(bytes).toString('utf8');
    const place = new URL(url);
    return {
      url: place,
      finalUrl: place,
      status: 200,
      bytes,
      text,
      json: () => JSON.parse(text),
      mirrored: false,
      stale: false,
    };
  };
  return {
    find,
    async get(url) {
      const document = await find(url);
      if (document !== undefined) return document;
      throw notThere(url);
    },
    head: async (url) => {
      throw notThere(url);
    },
  };
}

function notThere(url: URL | string): TransferError {
  return new TransferError({
    code: 'ERR_HTTP_STATUS',
    message: `${publicUrl(url)} was not kept with the disk`,
    hint: 'Get the image again with refresh (--refresh).',
    details: { url: publicUrl(url) },
  });
}

function findMisfit({ record }: Entry, proven: Proven): string | undefined {
  for (const digest of proven.digests) {
    const actual = record.source[algorithmOf(digest)];
    if (actual !== hexOf(digest)) return `its documents say ${digest}, its record says ${actual}`;
  }
  return undefined;
}

function findOtherSigner(
  { record }: Entry,
  { signer }: Pick<OriginVerdict, 'signer'>,
): string | undefined {
  const before = record.trust.signer?.fingerprint;
  if (before === undefined || signer?.fingerprint === before) return undefined;
  return `what was kept is signed by ${signer?.fingerprint ?? 'no key'}, its record says ${before}`;
}

/** Passes the kept download to the signatures that cover it. */
async function passSource(
  { checks }: Proven,
  source: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (checks.length === 0 || source === undefined) return;
  for await (const chunk of createReadStream(source, { signal, highWaterMark: 1 << 20 })) {
    for (const check of checks) check.update(chunk);
  }
}
