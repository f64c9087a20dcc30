import type { Artifact, ImageRequest, Resolution } from '../../contracts/vendor.ts';
import { hasRemedy, NotFoundError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { LockedFile } from '../../lockfile/lock-file.ts';
import { parseReference } from '../../parts/reference.ts';
import type { Call } from '../call.ts';
import type { Locked } from './locked.ts';

/** The request for exactly the locked build. */
export function requestLocked({ entry, image }: Locked, call: Call): ImageRequest {
  const reference = parseReference(entry.request);
  return {
    vendor: reference.kind === 'vendor' ? reference.vendor : reference.kind,
    release: image.release,
    arch: call.options.arch,
    variant: image.variant,
    snapshot: image.snapshot,
    ...defined({ parameters: entry.parameters }),
  };
}

/** The answer that the vendor would give, made from the lock file without a request. */
export function resolveLocked(locked: Locked): Resolution {
  const { release, codename, version, variant, snapshot, boot, guest } = locked.image;
  return {
    ...{ release, variant, snapshot, ...defined({ codename, version, guest }) },
    disk: [toArtifact(locked.image)],
    ...defined({
      boot:
        boot &&
        defined({
          kernel: toArtifact(boot.kernel),
          initrd: boot.initrd && toArtifact(boot.initrd),
          cmdline: boot.cmdline,
        }),
    }),
  };
}

function toArtifact({ url, mirrors, archives, fileName, ...file }: LockedFile): Artifact {
  const { sizeBytes, layers, entry, members } = file;
  return {
    url: new URL(url),
    ...defined({
      mirrors: mirrors?.map((address) => new URL(address)),
      archives: archives?.map((address) => new URL(address)),
      sizeBytes,
      entry,
      members,
    }),
    fileName,
    layers,
    // The digests count as given by the caller; the vendor's proofs are not checked again here.
    proofs: [{ kind: 'tls', reason: 'the lock file or catalog holds the digest' }],
  };
}

/**
 * Converts the error for a locked file that is missing at all its addresses to an `ERR_NOT_FOUND` that says when it
 * was locked. Returns other errors unchanged.
 */
export function sayWhenLocked({ locked }: Pick<Call, 'locked'>, error: unknown): unknown {
  if (locked === undefined || !hasRemedy(error, 'transfer')) return error;
  const { status, url } = error.details;
  if (status !== 404 && status !== 410) return error;
  const { from, entry, image } = locked;
  const others = (image.mirrors?.length ?? 0) + (image.archives?.length ?? 0);
  const tried = others === 0 ? '' : `; so were its ${others} mirrors and archives`;
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `${entry.alias} (${image.snapshot}) was locked on ${image.locked.slice(0, 10)}, and its file is gone: ${error.message}${tried}`,
    hint:
      from === 'catalog'
        ? `Ask the vendor: ${entry.request}, or name a mirror that has the file (mirrors, --mirror).`
        : `Run: rootdisk lock update ${entry.alias}, or name a mirror that has the file (mirrors, --mirror).`,
    details: {
      field: 'url',
      ...defined({ value: url, vendor: parseReference(entry.request).kind }),
    },
    cause: error,
  });
}
