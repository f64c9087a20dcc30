import {
  type Arch,
  type Artifact,
  compareVersions,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  isImageError,
  type Listing,
  type NotFoundError,
  notFoundIn,
  type Proof,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { freebsdEndOfLife } from './freebsd/end-of-life.ts';
import {
  type FreebsdImages,
  findFreebsdImages,
  findSignedSums,
  freebsdArches,
  listFreebsdArches,
} from './freebsd/images.ts';
import { everyFreebsdKey, freebsdKeys } from './keys/freebsd.ts';
import { readFolder } from './shared/folder.ts';
import { movedTo } from './shared/moved-to.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('freebsd');
const current = new URL('https://download.freebsd.org/releases/VM-IMAGES/');
/** Releases move here after their end of life; the host has no https. */
const archive = new URL(
  'http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/',
);

/**
 * UFS: every release has it, images without a file system in their name are UFS, and ZFS needs more
 * memory.
 */
const defaultVariant = 'cloudinit-ufs';
const synonyms: Record<string, string> = { cloudinit: defaultVariant, plain: 'ufs' };

/**
 * FreeBSD's virtual machine images. Releases: `latest`, a branch (`14`), a release (`15.1`,
 * `15.1-RELEASE`); snapshots: `15.1-release`. Variants: `cloudinit-ufs` (default) and
 * `cloudinit-zfs`, from 14.1 on; `ufs` and `zfs` have no agent.
 */
export const freebsd: Vendor = defineVendor({
  id: 'freebsd',
  title: 'FreeBSD',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: everyFreebsdKey,
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    if (!freebsdArches.includes(request.arch)) throw missing('arch', request.arch, freebsdArches);
    const versions = await listVersions(context);
    const version = pickVersion(request, versions);
    const isCurrent = versions.includes(version);
    const images = isCurrent
      ? await findFreebsdImages(current, version, request.arch, context)
      : await findArchived(version, request.arch, context);
    if (images === undefined) {
      if (isCurrent) throw await noArch(request.arch, version, context);
      throw noRelease(request.snapshot ?? request.release, versions);
    }

    const variant = canonicalVariant(request.variant);
    const names = images.variants.get(variant);
    if (names === undefined) throw noVariant(request.variant ?? variant, version, images);
    const signed = await findSignedSums(version, request.arch, context);
    return {
      release: version,
      version,
      variant,
      // FreeBSD does not intend to change an image after its release. Still, one image was
      // published with two digests: the digest tells them apart.
      snapshot: snapshotOf(version),
      disk: names.map((name) => describe(name, version, images, signed)),
      guest: guestFacts(version, variant, request.arch),
      ...defined({ warnings: variant.startsWith('cloudinit') ? [defaultPassword] : undefined }),
    };
  },

  async *list(context) {
    const versions = await listVersions(context);
    for (const [position, version] of versions.entries()) {
      const arches = await listFreebsdArches(current, version, context);
      const [first] = arches;
      if (first === undefined) continue;
      const images = await findFreebsdImages(current, version, first, context);
      const eol = freebsdEndOfLife[version];
      const listing: Listing = {
        release: version,
        version,
        ...defined({ aliases: position === 0 ? ['latest'] : undefined }),
        arches,
        variants: [...(images?.variants.keys() ?? [])].sort(),
        ...defined({ eol }),
      };
      yield listing;
    }
  },
});

const defaultPassword: Warning = {
  code: 'default-password',
  message:
    'the user freebsd has the published password freebsd, and ssh accepts it: send user-data with ssh_pwauth: false or users of your own',
};

/** `15.1` …, newest first. Betas and release candidates are in the same folder and are skipped. */
async function listVersions(context: VendorContext): Promise<string[]> {
  const entries = await readFolder(current, context);
  const versions = entries.flatMap(({ name }) => /^(\d+\.\d+)-RELEASE$/.exec(name)?.[1] ?? []);
  if (versions.length === 0) throw unusable(current, 'it lists no release');
  return versions.sort((left, right) => compareVersions(right, left));
}

/**
 * The requested release. A release that is not listed is returned only if the request gives its
 * number.
 */
function pickVersion(request: ImageRequest, versions: string[]): string {
  const [, token] = /^(latest|\d+(?:\.\d+)?)(?:-release)?$/i.exec(request.release) ?? [];
  if (token === undefined) throw noRelease(request.release, versions);
  const isMeant = (version: string): boolean =>
    token.toLowerCase() === 'latest' || version === token || version.startsWith(`${token}.`);
  const meant = versions.filter(isMeant);

  if (request.snapshot !== undefined) {
    const exact = /^(\d+\.\d+)-release$/i.exec(request.snapshot)?.[1];
    if (exact !== undefined && isMeant(exact)) return exact;
    throw missing('snapshot', request.snapshot, meant.map(snapshotOf));
  }
  const newest = meant[0] ?? (token.includes('.') ? token : undefined);
  if (newest === undefined) throw noRelease(request.release, versions);
  return newest;
}

/**
 * Plain http is refused without a digest or a mirror given by the caller, so the archive is of no
 * use to other calls.
 */
async function findArchived(
  version: string,
  arch: Arch,
  context: VendorContext,
): Promise<FreebsdImages | undefined> {
  try {
    return await findFreebsdImages(archive, version, arch, context);
  } catch (error) {
    if (isImageError(error, 'ERR_UNTRUSTED')) return undefined;
    throw error;
  }
}

function snapshotOf(version: string): string {
  return `${version}-release`;
}

function canonicalVariant(variant: string = defaultVariant): string {
  const word = variant.toLowerCase();
  return synonyms[word] ?? word;
}

function describe(fileName: string, version: string, images: FreebsdImages, signed: URL): Artifact {
  const signature = openpgp('inline', freebsdKeys(version));
  const url = new URL(fileName, images.folder);
  const proofs: Proof[] = [
    { kind: 'checksums', url: signed, dialect: 'sums', signature },
    { kind: 'checksums', url: images.sums },
  ];
  return {
    url,
    // The archive has plain http only: it is used if the caller or a lock file gives the digest.
    ...defined({ archives: movedTo(url, current, archive) }),
    fileName,
    layers: ['xz', fileName.endsWith('.raw.xz') ? 'raw' : 'qcow2'],
    proofs,
  };
}

function guestFacts(version: string, variant: string, arch: Arch): GuestFacts {
  const eol = freebsdEndOfLife[version];
  const hasAgent = variant.startsWith('cloudinit');
  const firmware = firmwareOf(version, arch);
  return {
    user: hasAgent ? 'freebsd' : 'root',
    seed: hasAgent ? 'nocloud' : 'none',
    ssh: hasAgent,
    ...defined({ firmware, eol }),
  };
}

function firmwareOf(version: string, arch: Arch): GuestFacts['firmware'] {
  if (arch === 'amd64') return compareVersions(version, '12') < 0 ? ['bios'] : ['bios', 'uefi'];
  return arch === 'arm64' ? ['uefi'] : undefined;
}

async function noArch(arch: Arch, version: string, context: VendorContext): Promise<NotFoundError> {
  const known = await listFreebsdArches(current, version, context);
  return missing(
    'arch',
    arch,
    known.filter((one) => one !== arch),
  );
}

function noVariant(variant: string, version: string, images: FreebsdImages): NotFoundError {
  const known = [...images.variants.keys()];
  const isTooOld =
    variant.startsWith('cloudinit') && !known.some((name) => name.startsWith('cloudinit'));
  const hint = `FreeBSD ${version} has no cloud-init image, as they begin with 14.1: ask for variant ${known.join(' or ')}.`;
  return missing('variant', variant, known, isTooOld ? hint : undefined);
}

function noRelease(release: string, versions: string[]): NotFoundError {
  const hint = `Ask for one of ${versions.join(', ')}; for an older one give its digest, or name a mirror for ${archive}.`;
  return missing('release', release, versions, hint);
}
