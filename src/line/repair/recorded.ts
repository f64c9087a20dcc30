import { baseName, type CacheNameParts, requireCacheName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { digestsOf } from '../../cache/records/source-digests.ts';
import { readWord } from '../../cache/records/values.ts';
import { artifactRoles } from '../../contracts/artifact-roles.ts';
import type { Artifact, Resolution } from '../../contracts/vendor.ts';
import { defined } from '../../kit/defined.ts';
import { parseRecord } from '../../kit/records.ts';
import type { CallOptions } from '../options.ts';
import type { Plan } from '../plan.ts';
import type { Proven } from '../trust/merge-evidence.ts';

/** The plan that makes a recorded disk again: from `url`, or else from the record's other addresses. */
export function planRecorded(record: ImageRecord, url: URL, mirrors: URL[]): Plan {
  const { identity, source, layers, facts, trust, guest } = record;
  const { vendor, release, codename, version, variant, arch, snapshot } = identity;
  const name = requireCacheName(record.name);
  const artifact: Artifact = {
    url,
    mirrors,
    fileName: source.fileName,
    sizeBytes: source.sizeBytes,
    layers,
    proofs: [],
    ...defined({ entry: facts['entry'], members: membersOf(facts) }),
  };
  const resolution: Resolution = {
    ...{ release, codename, version, variant, snapshot, guest },
    disk: [artifact],
  };
  return {
    request: { vendor, release, arch, variant, snapshot },
    requestKey: record.requests[0] ?? '',
    resolution,
    identity,
    artifact,
    format: formatRecorded(record),
    role: roleOf(name),
    name,
    cacheName: baseName(record.name),
    offered: trust.offered,
    // The recorded digests verify the bytes; their trust level is not evaluated again.
    demanded: 'none',
  };
}

/** The options under which a recorded disk is made again with the same result. */
export function optionsRecorded(options: CallOptions, record: ImageRecord): CallOptions {
  const { format } = requireCacheName(record.name);
  return {
    ...options,
    trust: 'none',
    digest: undefined,
    pins: [],
    maxAge: undefined,
    allow: (record.allowed ?? []).map(({ allowance }) => allowance),
    format: formatRecorded(record),
    kernelFormat: format === 'kernel-raw' ? 'raw' : 'published',
    keepSource: record.source.kept,
  };
}

/** The requested format: the writer's format for a written disk, else the vendor's own. */
function formatRecorded({ format, facts }: ImageRecord): string {
  return format === 'raw' ? 'raw' : (facts['writer'] ?? 'source');
}

/**
 * The evidence for the bytes: the recorded source, which counts as a pin, and the disk if upstream gave its digest.
 */
export function provenRecorded({ source, evidence }: ImageRecord): Proven {
  return {
    level: 'none',
    pinned: true,
    digests: digestsOf(source),
    diskDigests: evidence.diskDigests ?? [],
    sizeBytes: source.sizeBytes,
    documents: [],
    warnings: [],
    checks: [],
  };
}

/** The members of a bundle, as noted when it was made. */
export function membersOf({ members }: ImageRecord['facts']): Artifact['members'] {
  if (members === undefined) return undefined;
  const pairs = Object.entries(parseRecord(JSON.parse(members), 'facts.members'));
  return Object.fromEntries(
    pairs.map(([name, role]) => [name, readWord(role, name, artifactRoles)] as const),
  );
}

/** The use of a cached file, by its name. */
export function roleOf({ format }: Pick<CacheNameParts, 'format'>): Plan['role'] {
  if (format === 'initrd' || format === 'manifest') return format;
  return format === 'kernel' || format === 'kernel-raw' ? 'kernel' : 'disk';
}
