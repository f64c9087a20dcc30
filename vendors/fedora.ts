import {
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFoundIn,
  type Proof,
  pickBuild,
  type Resolution,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { fedoraEndOfLife } from './fedora/end-of-life.ts';
import {
  type FedoraImage,
  fedoraArches,
  fedoraIndex,
  findFedoraImages,
  readFedoraIndex,
} from './fedora/images.ts';
import { everyFedoraKey, fedoraKeys } from './keys/fedora.ts';
import { movedTo } from './shared/moved-to.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';

const missing = notFoundIn('fedora');

/**
 * Fedora Cloud. Releases: `latest`, a number (`44`), a beta (`45-beta`, or `beta` for the newest); snapshots: version and
 * compose (`44-1.7`). Variants: `generic` (default) and `uki`, a unified kernel image for UEFI.
 */
export const fedora: Vendor = defineVendor({
  id: 'fedora',
  title: 'Fedora',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: everyFedoraKey,
  evidence: 'captured',

  async resolve(request, context) {
    refuseParameters(request);
    if (!fedoraArches.includes(request.arch)) throw missing('arch', request.arch, fedoraArches);
    const index = await readFedoraIndex(context);
    const { releases, build } = parseWanted(request, index);
    for (const release of releases) {
      const images = await findImages(release, build, request, index, context);
      if (images.length === 0) continue;
      const image = pickImage(images, build, request);
      const warnings = warn(image, releases);
      return {
        ...describe(image, await proofsOf(image, context)),
        ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
      };
    }
    throw noImages(releases, request, index);
  },

  async *list(context) {
    const index = await readFedoraIndex(context);
    const releases = releasesOf(index);
    const latest = releases.find(isFinal);
    for (const release of releases) {
      const images = index.filter((image) => image.release === release);
      const eol = fedoraEndOfLife[release];
      const listing: Listing = {
        release,
        ...defined({ aliases: release === latest ? ['latest'] : undefined }),
        arches: fedoraArches.filter((arch) => images.some((image) => image.arch === arch)),
        variants: namesOf(images, 'variant').sort(),
        ...defined({ eol }),
      };
      yield listing;
    }
  },
});

/**
 * The releases of the primary architectures, and the archive to which they move some months after
 * their end of life.
 */
const releaseTree = new URL('https://dl.fedoraproject.org/pub/fedora/linux/releases/');
const releaseArchive = new URL(
  'https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/',
);

interface Wanted {
  /** Best first. */
  releases: string[];
  build?: string;
}

function parseWanted({ release, snapshot }: ImageRequest, index: FedoraImage[]): Wanted {
  const listed = releasesOf(index);
  const token = release.toLowerCase();
  const [, number, beta, compose] =
    /^(\d{1,4})(?:[-_ ]?(beta)|([-.]\d[\w.-]*))?$/.exec(token) ?? [];
  const isOpen = token === 'latest' || token === 'beta';
  if (!isOpen && number === undefined) throw missing('release', release, listed);
  const build = snapshot?.toLowerCase() ?? (compose && token);
  if (build !== undefined) {
    const own = index.find((image) => image.build === build)?.release;
    const meant = own ?? /^\d{1,4}(?=[-.]\d)/.exec(build)?.[0];
    const fits = number === undefined || meant?.split('-')[0] === number;
    if (meant !== undefined && fits) return { releases: [meant], build };
    const builds = index.filter((image) => image.release === number || number === undefined);
    throw missing('snapshot', build, namesOf(builds, 'build'));
  }
  if (!isOpen) return { releases: [beta === undefined ? `${number}` : `${number}-beta`] };
  // Not every release was published for every architecture.
  return { releases: listed.filter((one) => isFinal(one) === (token === 'latest')) };
}

/**
 * The images in the index; for a release that the index does not list, those in the folders of the
 * release.
 */
async function findImages(
  release: string,
  build: string | undefined,
  { arch }: ImageRequest,
  index: FedoraImage[],
  context: VendorContext,
): Promise<FedoraImage[]> {
  const listed = index.filter((image) => image.release === release && image.arch === arch);
  const isListed = listed.some((image) => build === undefined || image.build === build);
  if (isListed || !isFinal(release)) return listed;
  const found = await findFedoraImages(release, arch, context);
  return found.length > 0 ? found : listed;
}

function pickImage(
  images: FedoraImage[],
  build: string | undefined,
  request: ImageRequest,
): FedoraImage {
  const asked = request.variant?.toLowerCase() ?? 'generic';
  const variant = asked === 'uefi-uki' ? 'uki' : asked;
  return pickBuild(images, missing, [
    { field: 'variant', wanted: variant, nameOf: (image) => image.variant },
    { field: 'snapshot', wanted: build, nameOf: (image) => image.build },
  ]);
}

function describe(image: FedoraImage, proofs: Proof[]): Resolution {
  const { release, variant, build, url, origin, fileName, sizeBytes } = image;
  return {
    release,
    version: release,
    variant,
    snapshot: build,
    disk: [
      {
        url,
        ...defined({
          mirrors: origin.href === url.href ? undefined : [origin],
          archives: movedTo(origin, releaseTree, releaseArchive),
        }),
        fileName,
        ...defined({ sizeBytes }),
        layers: ['qcow2'],
        proofs,
      },
    ],
    guest: guestFacts(image),
  };
}

async function proofsOf(image: FedoraImage, context: VendorContext): Promise<Proof[]> {
  const { sums, digest, release, arch } = image;
  // It is not known which key signs the RISC-V builds, which come from a tree beside the releases:
  // the signature of the list itself shows it.
  if (arch === 'riscv64') {
    const list = await context.http.find(sums, { signal: context.signal });
    if (list === undefined) {
      return [{ kind: 'tls', reason: `there is no list of digests at ${sums}` }];
    }
    if (!list.text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) {
      return [{ kind: 'checksums', url: sums, dialect: 'sums' }];
    }
  }
  const signature = openpgp('inline', fedoraKeys(release.split('-')[0] ?? ''));
  const inline: Proof[] =
    digest === undefined ? [] : [{ kind: 'digest', digest, from: fedoraIndex.href }];
  return [{ kind: 'checksums', url: sums, dialect: 'sums', signature }, ...inline];
}

function guestFacts({ release, arch, variant }: FedoraImage): GuestFacts {
  const eol = fedoraEndOfLife[release];
  const isPc = arch === 'amd64' && variant === 'generic';
  const hasFirmware = arch !== 'ppc64le' && arch !== 's390x';
  return {
    osIds: ['fedora'],
    user: 'fedora',
    seed: 'nocloud',
    ssh: true,
    ...defined({
      firmware: hasFirmware ? (isPc ? startsBy('bios', 'uefi') : startsBy('uefi')) : undefined,
      eol,
    }),
    minMemoryBytes: 512 * 1024 ** 2,
  };
}

function warn(image: FedoraImage, [first]: string[]): Warning[] {
  const warnings: Warning[] = [];
  if (image.release !== first) {
    const message = `Fedora ${first} has no image for ${image.arch}; the latest is ${image.release}`;
    warnings.push({ code: 'older-release', message });
  }
  if (image.url.host === 'archives.fedoraproject.org') {
    const message = `Fedora ${image.release} moved to the archive and gets no updates`;
    warnings.push({ code: 'archived', message });
  }
  return warnings;
}

function noImages(
  [first]: string[],
  { release, arch }: ImageRequest,
  index: FedoraImage[],
): NotFoundError {
  const arches = fedoraArches.filter((one) =>
    index.some((image) => image.release === first && image.arch === one),
  );
  return arches.length > 0
    ? missing('arch', arch, arches)
    : missing('release', release, releasesOf(index));
}

function isFinal(release: string): boolean {
  return /^\d+$/.test(release);
}
/** Newest first; the index is sorted. */
function releasesOf(index: FedoraImage[]): string[] {
  return namesOf(index, 'release');
}
function namesOf(images: FedoraImage[], field: 'release' | 'variant' | 'build'): string[] {
  return [...new Set(images.map((image) => image[field]))];
}
