import { type FileHandle, open } from 'node:fs/promises';
import { allDone } from '../../cache/all-done.ts';
import { inCache } from '../../cache/cache-error.ts';
import type { Entry } from '../../cache/entries/read.ts';
import { formatEvidence } from '../../cache/records/evidence.ts';
import { formatRecord } from '../../cache/records/image-record.ts';
import { digestsOf } from '../../cache/records/source-digests.ts';
import type { TierUpload } from '../../contracts/tier.ts';
import { defined } from '../../kit/defined.ts';
import { callPlugin } from '../../parts/call-plugin.ts';
import type { Making, Proved } from '../making.ts';
import type { Settled } from '../settle.ts';
import { storedEvidenceOf } from '../trust/record-trust.ts';
import type { AskedTiers } from './asked-tiers.ts';

const pieceBytes = 1024 * 1024;

/** Keeps upstream's verified bytes readable for tiers: the file will lose its name, or become the disk. */
export async function holdForTiers(making: Making & { settled: Settled }): Promise<void> {
  const { tiers, staging, settled } = making;
  const isWanted = tiers?.visits.some(({ visit }) => visit.store !== undefined);
  if (tiers === undefined || !isWanted || settled.fetched.tier !== undefined) return;
  tiers.held ??= await inCache(staging.download, 'open', () => open(staging.download, 'r'));
}

/** Passes the bytes to every tier that stores them. */
export async function storeInTiers(
  { call, plan, proven }: Proved,
  tiers: AskedTiers,
  { record }: Entry,
): Promise<void> {
  const { held, file } = tiers;
  if (held === undefined || call.signal.aborted) return;
  const isDisk = file.role === 'disk' && plan.role === 'disk';
  const evidence = isDisk ? formatEvidence(await storedEvidenceOf(call, plan, proven)) : undefined;
  const { sizeBytes } = record.source;
  const upload: TierUpload = {
    ...file,
    digests: digestsOf(record.source),
    sizeBytes,
    ...defined({ record: isDisk ? formatRecord(record) : undefined, evidence }),
    read: (start) => readFrom(held, start, sizeBytes),
  };
  await allDone(
    tiers.visits.map(async ({ tier, visit }) => {
      if (visit.store === undefined) return;
      await callPlugin(tier.id, 'store', call.signal, async () => visit.store?.(upload));
    }),
  );
}

async function* readFrom(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = start; at < end; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw new Error(`the download ends at ${at} instead of ${end}`);
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}
