import { rename } from 'node:fs/promises';
import { inCache } from '../cache/cache-error.ts';
import { publishEntry, type RecordDraft } from '../cache/entries/publish.ts';
import type { Entry } from '../cache/entries/read.ts';
import { storedParameters } from '../cache/names/stored-parameters.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import { version } from '../version.ts';
import type { Making } from './making.ts';
import { rememberAccepted } from './rollback.ts';
import type { Settled } from './settle.ts';
import { trace } from './trace.ts';
import { evidenceOf, storedEvidenceOf, trustOf } from './trust/record-trust.ts';

/** Makes the settled disk visible: record first, disk last, each by rename. From then on it never changes. */
export function publish(making: Making & { settled: Settled }): Promise<Entry> {
  const { call, plan, proven, staging, settled } = making;
  call.progress.stage('publish', `publishing ${plan.cacheName}`);
  return trace(call, 'publish', { cacheName: plan.cacheName }, async () => {
    // The vendor's own file is the disk.
    const isDownload = settled.decoded.path === staging.download;
    if (isDownload) {
      await inCache(staging.disk, 'make', () => rename(staging.download, staging.disk));
    }
    const entry = await publishEntry(call.cache, staging, {
      name: plan.cacheName,
      keepSource: call.options.keepSource,
      record: describe(making, isDownload),
      evidence: await storedEvidenceOf(call, plan, proven),
      signal: call.signal,
    });
    const { level, documents } = proven;
    await rememberAccepted(call, plan, { level, documents, signedAt: settled.signedAt });
    return entry;
  });
}

function describe(
  { plan, proven, settled }: Making & { settled: Settled },
  isDownload: boolean,
): RecordDraft {
  const { fetched, decoded } = settled;
  const { guest } = plan.resolution;
  const { used } = decoded.allowances;
  return {
    identity: plan.identity,
    format: decoded.format,
    parameters: storedParameters(plan.request.parameters),
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
      ...defined({ sha256: isDownload ? fetched.sha256 : undefined }),
    },
    extents: decoded.extents,
    layers: decoded.chain,
    decoder: `rootdisk ${version}`,
    trust: trustOf(plan, settled.proven, settled),
    evidence: evidenceOf(proven),
    ...defined({ guest, allowed: used.length > 0 ? [...used] : undefined }),
    facts: decoded.facts ?? {},
  };
}
