import { arches } from '../contracts/arch.ts';
import type { GuestFacts } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import {
  type LockEntry,
  type LockedFile,
  type LockedImage,
  type LockedTrust,
  type LockFile,
  lockfileVersion,
} from './lock-file.ts';

/**
 * The lock file as text, the inverse of `parseLockFile`; the same content gives the same text. Entries are ordered by
 * name, members have a fixed order, and each line has one value, so that a diff shows only changes.
 */
export function formatLockFile({ $schema, images }: LockFile): string {
  const sorted = [...images].sort((a, b) => (a.alias < b.alias ? -1 : 1)).map(ordered);
  const content = { ...defined({ $schema }), lockfileVersion, images: sorted };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function ordered({ alias, request, variant, parameters, architectures }: LockEntry): LockEntry {
  const pairs = arches.flatMap((arch) => {
    const image = architectures[arch];
    return image === undefined ? [] : [[arch, orderedImage(image)] as const];
  });
  return {
    alias,
    request,
    ...defined({ variant, parameters: parameters && byName(parameters) }),
    architectures: Object.fromEntries(pairs),
  };
}

/** The version, the snapshot and the digests are next to each other, because tools that update pins expect this. */
function orderedImage(image: LockedImage): LockedImage {
  const { release, codename, variant, version, snapshot, boot, guest, locked } = image;
  return {
    release,
    ...defined({ codename }),
    variant,
    ...defined({ version }),
    snapshot,
    ...orderedFile(image),
    ...defined({
      boot:
        boot &&
        defined({
          kernel: orderedFile(boot.kernel),
          initrd: boot.initrd && orderedFile(boot.initrd),
          cmdline: boot.cmdline,
        }),
      guest: guest && orderedGuest(guest),
    }),
    locked,
  };
}

function orderedFile(file: LockedFile): LockedFile {
  const { digests, sizeBytes, url, archives, mirrors, fileName, layers, entry, members, trust } =
    file;
  return {
    digests: [...digests].sort(),
    ...defined({ sizeBytes }),
    url,
    ...defined({ archives, mirrors }),
    fileName,
    layers,
    ...defined({ entry, members: members && byName(members) }),
    trust: orderedTrust(trust),
  };
}

function orderedTrust({ level, signer, signedAt }: LockedTrust): LockedTrust {
  if (signer === undefined) return { level, ...defined({ signedAt }) };
  const { fingerprint, subkey, userId, keyOrigin } = signer;
  return {
    level,
    signer: { fingerprint, ...defined({ subkey, userId, keyOrigin }) },
    ...defined({ signedAt }),
  };
}

function orderedGuest(guest: GuestFacts): GuestFacts {
  const { user, seed, ssh, firmware, eol, minDiskBytes, minMemoryBytes, osIds } = guest;
  return defined({ user, seed, ssh, firmware, minDiskBytes, minMemoryBytes, osIds, eol });
}

function byName<T extends string>(texts: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
