import { rename } from 'node:fs/promises';
import { inCache } from '../cache/cache-error.ts';
import { publishEntry, type RecordDraft } from '../cache/entries/publish.ts';
import type { Entry } from '../cache/entries/read.ts';
import type { Staging } from '../cache/staging.ts';
import { publicUrl } from '../kit/public-url.ts';
import { version } from '../version.ts';
import type { Call } from './call.ts';
import type { Plan } from './plan.ts';
import { evidenceOf, storedEvidenceOf, trustOf } from './record-trust.ts';
import { noteAccepted } from './rollback.ts';
import type { Settled } from './settle.ts';
import { traced } from './trace.ts';
import type { Proven } from './trust/merge-evidence.ts';

/** Makes the settled disk visible: record first, disk last, each by rename. From then on it never changes. */
export function publish(
  call: Call,
  plan: Plan,
  proven: Proven,
  settled: Settled,
  staging: Staging,
): Promise<Entry> {
  call.progress.stage('publish', `publishing ${plan.cacheName}`);
  return traced('publish', { cacheName: plan.cacheName }, async () => {
    // The vendor's own file is the disk.
    if (isDownload(settled, staging)) {
      await inCache(staging.disk, 'make', () => rename(staging.download, staging.disk));
    }
    const entry = await publishEntry(call.cache, staging, {
      name: plan.cacheName,
      keepSource: call.options.keepSource,
      record: describe(plan, proven, settled, isDownload(settled, staging)),
      evidence: await storedEvidenceOf(call, plan, proven),
      signal: call.signal,
    });
    await noteAccepted(call, plan, proven.documents);
    return entry;
  });
}

function isDownload({ decoded }: Settled, staging: Staging): boolean {
  return decoded.path === staging.download;
}

function describe(plan: Plan, proven: Proven, settled: Settled, whole: boolean): RecordDraft {
  const { fetched, decoded } = settled;
  const { guest } = plan.resolution;
  return {
    identity: plan.identity,
    format: decoded.format,
    parameters: plan.request.parameters ?? {},
    requests: [plan.requestKey],
    aliases: [],
    source: {
      url: publicUrl(plan.artifact.url),
      fileName: plan.artifact.fileName,
      sizeBytes: fetched.sizeBytes,
      sha256: fetched.sha256,
      sha512: fetched.sha512,
    },
    disk: {
      virtualSize: decoded.virtualSize,
      contentDigest: decoded.contentDigest,
      ...(whole ? { sha256: fetched.sha256 } : {}),
    },
    extents: decoded.extents,
    layers: decoded.chain,
    decoder: `rootdisk ${version}`,
    trust: trustOf(plan, proven, settled),
    evidence: evidenceOf(proven),
    ...(guest === undefined ? {} : { guest }),
    facts: decoded.facts ?? {},
  };
}
