import {
  type Arch,
  type Artifact,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFoundIn,
  pickBuild,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { everyRockyKey, rockyKeys } from './keys/rocky.ts';
import {
  findRockyImages,
  isInVault,
  listRockyMachines,
  listRockyReleases,
  type RockyImage,
  rockySite,
  rockyVault,
} from './rocky/images.ts';
import { majorOf, parseMajorMinor } from './shared/major-minor.ts';
import { movedTo } from './shared/moved-to.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { pickRpmArches } from './shared/rpm-arches.ts';
import { startsBy } from './shared/starts-by.ts';
import { warnStopped } from './shared/stopped-variant.ts';

const missing = notFoundIn('rocky');

/** The same tree behind a content delivery network. */
const twin = new URL('https://download.rockylinux.org/pub/rocky/');

/** By major release, from endoflife.date (August 2026): Rocky publishes no index with these dates. */
const endOfLife: Record<string, string> = { 8: '2029-05-31', 9: '2032-05-31', 10: '2035-05-31' };

/**
 * "Rocky Linux 8 and 10 are the only releases that sign the checksums in the mirrors" (README of
 * rocky-linux/checksums). If 9 is once accepted with a signature, a signature is required from then on, because the
 * cache remembers it.
 */
const unsignedMajor = '9';

/** The number of minor releases to search for images, for a request that names no minor. */
const depth = 4;

/**
 * Rocky Linux's GenericCloud images. Releases: `latest`, a major (`9`), a minor (`9.8`); snapshots: `9.8-20260525.0`.
 * Variants: `base` (default) and `lvm`.
 */
export const rocky: Vendor = defineVendor({
  id: 'rocky',
  title: 'Rocky Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: everyRockyKey,
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const wanted = parseMajorMinor(request);
    if (wanted === undefined) throw missing('release', request.release, Object.keys(endOfLife));
    const { scope, build } = wanted;
    // The folder of a major is not always that of its newest minor: the folders of minors are used.
    const isMinor = scope?.includes('.') === true;
    const listed = isMinor ? [] : await listRockyReleases(context);
    const minors = isMinor ? [scope] : minorsOf(scope, listed).slice(0, depth);
    const seen: RockyImage[] = [];
    for (const minor of minors) {
      const images = await findRockyImages(minor, request.arch, context);
      seen.push(...images);
      // A variant may have ended with an earlier minor.
      if (!images.some((image) => isOfVariant(image, request))) continue;
      const image = pickImage(images, build, request);
      const warnings = warn(image, minors);
      if (build === undefined) warnings.push(...warnOld(image, seen));
      return {
        release: majorOf(image.release),
        version: image.release,
        variant: image.variant,
        snapshot: buildOf(image),
        disk: [describe(image)],
        guest: guestFacts(image, request.arch),
        ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
      };
    }
    if (seen.length > 0) pickImage(seen, build, request);
    throw await noImages(minors[0], request, context);
  },

  async *list(context) {
    const listed = await listRockyReleases(context);
    const majors = [...new Set(listed.map(majorOf))];
    for (const [position, major] of majors.entries()) {
      for (const minor of minorsOf(major, listed).slice(0, depth)) {
        const arches = pickRpmArches(await listRockyMachines(minor, context));
        const [first] = arches;
        const images = first === undefined ? [] : await findRockyImages(minor, first, context);
        if (images.length === 0) continue;
        const eol = endOfLife[major];
        const listing: Listing = {
          release: major,
          version: minor,
          ...defined({ aliases: position === 0 ? ['latest'] : undefined }),
          arches,
          variants: [...new Set(images.map(({ variant }) => variant))].sort(),
          ...defined({ eol }),
        };
        yield listing;
        break;
      }
    }
  },
});

/** Newest first, as in the list. */
function minorsOf(major: string | undefined, listed: string[]): string[] {
  return listed.filter(
    (name) => name.includes('.') && (major === undefined || majorOf(name) === major),
  );
}

function pickImage(
  images: RockyImage[],
  build: string | undefined,
  request: ImageRequest,
): RockyImage {
  return pickBuild(images, missing, [
    {
      field: 'variant',
      wanted: request.variant?.toLowerCase() ?? 'base',
      nameOf: (image) => image.variant,
      suits: (image) => isOfVariant(image, request),
    },
    { field: 'snapshot', wanted: build, nameOf: buildOf },
  ]);
}

function isOfVariant(image: RockyImage, { variant = 'base' }: ImageRequest): boolean {
  return image.variant === (variant.toLowerCase().replace(/^genericcloud-?/, '') || 'base');
}

function warnOld(image: RockyImage, all: RockyImage[]): Warning[] {
  const title = `Rocky Linux ${majorOf(image.release)}`;
  const ofMajor = all.filter(({ release }) => majorOf(release) === majorOf(image.release));
  return warnStopped(title, image.variant, buildOf(image), ofMajor.map(buildOf));
}

function describe(image: RockyImage): Artifact {
  const { url, fileName, sums, release } = image;
  const path = url.href.startsWith(rockySite.href) ? url.href.slice(rockySite.href.length) : '';
  const isSigned = image.signed || majorOf(release) !== unsignedMajor;
  const signature = openpgp(new URL(`${sums}.asc`), rockyKeys(majorOf(release)));
  return {
    url,
    ...defined({
      mirrors: path === '' ? undefined : [new URL(path, twin)],
      archives: movedTo(url, rockySite, rockyVault),
    }),
    fileName,
    layers: ['qcow2'],
    proofs: [
      {
        kind: 'checksums',
        url: sums,
        dialect: 'sums',
        ...defined({ signature: isSigned ? signature : undefined }),
      },
    ],
  };
}

function guestFacts({ release }: RockyImage, arch: Arch): GuestFacts {
  const major = majorOf(release);
  const eol = endOfLife[major];
  const hasFirmware = arch !== 'ppc64le' && arch !== 's390x';
  // 8 is known to boot with UEFI; for BIOS this is not known.
  const isBoth = arch === 'amd64' && Number(major) >= 9;
  return {
    osIds: ['rocky'],
    user: 'rocky',
    seed: 'nocloud',
    ssh: true,
    ...defined({
      firmware: hasFirmware ? (isBoth ? startsBy('bios', 'uefi') : startsBy('uefi')) : undefined,
      eol,
    }),
    minDiskBytes: 10 * 1024 ** 3,
    minMemoryBytes: 512 * 1024 ** 2,
  };
}

function warn(image: RockyImage, [first]: string[]): Warning[] {
  const warnings: Warning[] = [];
  if (first !== undefined && first !== image.release) {
    const isOther = majorOf(first) !== majorOf(image.release);
    const message = `Rocky Linux ${first} has no such image; this one is of ${image.release}`;
    warnings.push({ code: isOther ? 'older-release' : 'older-version', message });
  }
  if (isInVault(image)) {
    const message = `Rocky Linux ${image.release} moved to the vault and gets no updates`;
    warnings.push({ code: 'archived', message });
  }
  return warnings;
}

async function noImages(
  minor: string | undefined,
  { release, arch }: ImageRequest,
  context: VendorContext,
): Promise<NotFoundError> {
  const machines = minor === undefined ? [] : await listRockyMachines(minor, context);
  const known = pickRpmArches(machines).filter((one) => one !== arch);
  if (known.length > 0) return missing('arch', arch, known);
  const listed = await listRockyReleases(context);
  return missing(
    'release',
    release,
    listed.filter((one) => one !== minor),
  );
}

function buildOf({ release, date }: RockyImage): string {
  return `${release}-${date}`;
}
