import { allDone } from '../cache/all-done.ts';
import { type PublishOptions, publishEntry, type RecordDraft } from '../cache/entries/publish.ts';
import type { Entry } from '../cache/entries/read.ts';
import { storedParameters } from '../cache/names/stored-parameters.ts';
import type { StoredEvidence } from '../cache/records/evidence.ts';
import type { ArtifactRole } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import { version } from '../version.ts';
import type { WrittenMember } from './decoded.ts';
import type { Making } from './making.ts';
import { planMember } from './plan.ts';
import { rememberAccepted } from './rollback.ts';
import type { Settled } from './settle.ts';
import { trace } from './trace.ts';
import { evidenceOf, storedEvidenceOf, trustOf } from './trust/record-trust.ts';

/** Makes the settled disk visible: record first, disk last, each by rename. After that it never changes. */
export function publish(making: Making & { settled: Settled }): Promise<Entry> {
  const { call, plan, proven, settled } = making;
  call.progress.stage('publish', `publishing ${plan.cacheName}`);
  return trace(call, 'publish', { cacheName: plan.cacheName }, async () => {
    const evidence = await storedEvidenceOf(call, plan, proven);
    const { level, documents } = proven;
    const [entry] = await allDone([
      settled.decoded.members === undefined
        ? place(making, describe(making), evidence)
        : publishMembers(making, settled.decoded.members, evidence),
      // The bytes are verified: facts about their source are kept even if there is no space for the disk.
      rememberAccepted(call, plan, { level, documents, signedAt: settled.signedAt }),
    ]);
    return entry;
  });
}

/**
 * Publishes every member of a bundle as a separate entry, the disk last: a process killed in between leaves no disk,
 * and the disk's record names its manifest. Returns the entry of the planned member.
 */
async function publishMembers(
  making: Making & { settled: Settled },
  members: readonly WrittenMember[],
  evidence: StoredEvidence,
): Promise<Entry> {
  const { call, plan, settled } = making;
  const { allowances } = settled.decoded;
  const files = [{ ...settled.decoded, role: plan.role }, ...members];
  const ordered = files.sort((a, b) => Number(a.role === 'disk') - Number(b.role === 'disk'));
  const entries = new Map<ArtifactRole, Entry>();
  for (const file of ordered) {
    const decoded = { ...file, allowances };
    const of = file.role === plan.role ? plan : planMember(plan, call.options, file.role);
    const one = { ...making, plan: of, settled: { ...settled, decoded } };
    const draft = describe(one);
    const manifest = file.role === 'disk' ? entries.get('manifest')?.name : undefined;
    const record = { ...draft, facts: { ...draft.facts, ...defined({ manifest }) } };
    const isLast = file === ordered.at(-1);
    entries.set(file.role, await place(one, record, evidence, { keepStaging: !isLast }));
  }
  const planned = entries.get(plan.role);
  if (planned === undefined) throw new Error(`no member is the ${plan.role}`);
  return planned;
}

/** Publishes the staged files with their record. */
export async function place(
  making: Making & { settled: Settled },
  record: RecordDraft,
  evidence?: StoredEvidence,
  { keepStaging }: Pick<PublishOptions, 'keepStaging'> = {},
): Promise<Entry> {
  const { call, plan, staging, settled } = making;
  return await publishEntry(call.cache, staging, {
    name: plan.cacheName,
    from: settled.decoded.path,
    // A bundle is kept beside its disk.
    keepSource: call.options.keepSource && plan.role === 'disk',
    keepStaging,
    record,
    evidence,
    signal: call.signal,
  });
}

/** True if the disk is the vendor's own file. */
function isDownload({ staging, settled }: Making & { settled: Settled }): boolean {
  return settled.decoded.path === staging.download;
}

/** The record of the settled disk. */
export function describe(making: Making & { settled: Settled }): RecordDraft {
  const { call, plan, proven, settled } = making;
  const { fetched, decoded } = settled;
  const { entry, members } = plan.artifact;
  const mirrors = [...(plan.artifact.mirrors ?? []), ...(plan.artifact.archives ?? [])];
  const { guest } = plan.resolution;
  const { used } = decoded.allowances;
  return {
    identity: plan.identity,
    format: decoded.format,
    parameters: storedParameters(plan.request.parameters),
    requests: [plan.requestKey],
    aliases: call.locked === undefined ? [] : [call.locked.entry.alias],
    source: {
      url: publicUrl(plan.artifact.url),
      ...defined({
        mirrors: mirrors.length > 0 ? mirrors.map(publicUrl) : undefined,
        sha512: fetched.sha512,
        tier: fetched.tier,
      }),
      fileName: plan.artifact.fileName,
      sizeBytes: fetched.sizeBytes,
      sha256: fetched.sha256,
    },
    disk: {
      virtualSize: decoded.virtualSize,
      ...defined({
        blocks: decoded.blocks,
        sha256: isDownload(making) ? fetched.sha256 : undefined,
      }),
    },
    extents: decoded.extents,
    layers: decoded.chain,
    decoder: `rootdisk ${version}`,
    trust: trustOf(plan, settled.proven, settled),
    evidence: evidenceOf(proven),
    ...defined({
      guest,
      content: decoded.content,
      allowed: used.length > 0 ? [...used] : undefined,
    }),
    facts: {
      ...decoded.facts,
      ...defined({ entry, members: members && JSON.stringify(members) }),
    },
  };
}
