import type { ImageRecord } from '../cache/records/image-record.ts';
import { digestsOf } from '../cache/records/source-digests.ts';
import type { Artifact } from '../contracts/vendor.ts';
import { UsageError } from '../errors.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import type { Plan } from '../line/plan.ts';
import { membersOf } from '../line/repair/recorded.ts';
import type { Surveyed } from '../line/survey/survey.ts';
import { effectiveLevel } from '../line/trust/levels.ts';
import type { Proven } from '../line/trust/merge-evidence.ts';
import type { LockedBoot, LockedFile, LockedImage, LockedTrust } from '../lockfile/lock-file.ts';

/** The lock data of a resolved image and of its boot files. Throws `ERR_INVALID_REQUEST` without a digest. */
export function lockSurveyed(
  { plan, proven, sizeBytes }: Surveyed,
  boot: readonly Surveyed[],
  now: Date,
): LockedImage {
  const { release, codename, version, variant, snapshot } = plan.identity;
  const [kernel, initrd] = (['kernel', 'initrd'] as const).map((role) => {
    const found = boot.find((file) => file.plan.role === role);
    return found && lockFile(found.plan, found.proven, found.sizeBytes);
  });
  const files: LockedBoot | undefined = kernel && {
    kernel,
    ...defined({ initrd, cmdline: plan.resolution.boot?.cmdline }),
  };
  return {
    release,
    variant,
    snapshot,
    ...lockFile(plan, proven, sizeBytes),
    ...defined({ codename, version, boot: files, guest: plan.resolution.guest }),
    locked: now.toISOString(),
  };
}

/** The lock data of a cached disk, with the digests of its download. */
export function lockRecorded(record: ImageRecord, now: Date): LockedImage {
  const { identity, source, layers, guest, facts } = record;
  const { level, pinned, signer, signedAt } = record.trust;
  const { release, codename, version, variant, snapshot } = identity;
  refuseSecrets([source.url]);
  const mirrors = (source.mirrors ?? []).filter((url) => !hasSecrets(url));
  return {
    release,
    variant,
    snapshot,
    digests: digestsOf(source),
    sizeBytes: source.sizeBytes,
    url: source.url,
    fileName: source.fileName,
    layers,
    ...defined({ codename, version, guest, entry: facts['entry'], members: membersOf(facts) }),
    ...defined({ mirrors: mirrors.length > 0 ? mirrors : undefined }),
    trust: { level: effectiveLevel(level, pinned), ...defined({ signer, signedAt }) },
    locked: now.toISOString(),
  };
}

function lockFile(plan: Plan, proven: Proven, sizeBytes: number | undefined): LockedFile {
  const { artifact } = plan;
  const digests = [...proven.digests].sort();
  if (digests.length === 0) throw withoutDigest(plan);
  refuseSecrets([artifact.url]);
  return {
    digests,
    url: artifact.url.href,
    fileName: artifact.fileName,
    layers: artifact.layers,
    ...defined({ sizeBytes, entry: artifact.entry, members: artifact.members }),
    ...defined({ mirrors: hrefs(artifact.mirrors), archives: hrefs(artifact.archives) }),
    trust: trustOf(proven),
  };
}

function trustOf({ level, pinned, signer, signedAt }: Proven): LockedTrust {
  return {
    level: effectiveLevel(level, pinned),
    ...defined({ signer, signedAt: signedAt?.toISOString() }),
  };
}

function hrefs(addresses: Artifact['mirrors'] = []): string[] | undefined {
  const texts = addresses.map(({ href }) => href).filter((url) => !hasSecrets(url));
  return texts.length > 0 ? texts : undefined;
}

/** Throws `ERR_INVALID_REQUEST` for an address with secrets, because other people read the lock file. */
export function refuseSecrets(addresses: readonly (string | URL)[]): void {
  const found = addresses.find((address) => hasSecrets(String(address)));
  if (found === undefined) return;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${publicUrl(found)} has user info, a query or a fragment, which a lock file should not hold`,
    hint: 'Lock an address without them, such as the address of your own mirror.',
    details: { field: 'url', value: publicUrl(found) },
  });
}

function hasSecrets(address: string): boolean {
  return URL.canParse(address) && publicUrl(address) !== new URL(address).href;
}

function withoutDigest({ artifact, request, identity }: Plan): UsageError {
  const isOwn = identity.vendor === 'url';
  const shown = isOwn ? publicUrl(artifact.url) : `${request.vendor}:${request.release}`;
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `the digest of ${artifact.fileName} is not known before the download, so it cannot be pinned`,
    hint: `Give its digest with --digest (digest), or run: rootdisk ensure ${shown}, and lock it with --from-cache.`,
    details: { field: 'digest', value: artifact.fileName },
  });
}
