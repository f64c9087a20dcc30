import {
  type Arch,
  arches,
  compareVersions,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFoundIn,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { almalinuxKeys, everyAlmalinuxKey } from './keys/almalinux.ts';
import {
  type AlmaImage,
  almaFolder,
  canonicalAlmaVariant,
  describeAlmaDisk,
  findAlmaImages,
} from './shared/alma-images.ts';
import { findFolder, readFolder } from './shared/folder.ts';
import { majorOf, parseMajorMinor } from './shared/major-minor.ts';
import { movedTo } from './shared/moved-to.ts';
import { refuseParameters } from './shared/parameters.ts';
import { pickRpmArches } from './shared/rpm-arches.ts';
import { warnStopped } from './shared/stopped-variant.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('almalinux');
const site = new URL('https://repo.almalinux.org/almalinux/');
/** A minor release moves here when the next one is published. */
const vault = new URL('https://vault.almalinux.org/');

/**
 * By major release, from endoflife.date (August 2026): AlmaLinux publishes no index with these
 * dates.
 */
const endOfLife: Record<string, string> = { 8: '2029-05-31', 9: '2032-05-31', 10: '2035-05-31' };

/**
 * AlmaLinux's cloud images. Releases: `latest`, a major (`9`), a minor (`9.8`); snapshots:
 * `9.8-20260526`. Variants: `genericcloud` (default), `genericcloud-ext4`, `genericcloud-uefi` (8,
 * where the default boots with BIOS only), and `genericcloud-v2` for amd64 machines of the older
 * baseline (10).
 */
export const almalinux: Vendor = defineVendor({
  id: 'almalinux',
  title: 'AlmaLinux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: everyAlmalinuxKey,
  evidence: {
    default: 'captured',
    'genericcloud-uefi': 'documented',
    'genericcloud-v2': 'documented',
    'genericcloud-ext4-v2': 'unverified',
  },

  async resolve(request, context) {
    refuseParameters(request);
    const wanted = parseMajorMinor(request);
    if (wanted === undefined) throw missing('release', request.release, Object.keys(endOfLife));
    const { scope, build } = wanted;
    const variant = canonicalAlmaVariant(request.variant);
    const releases = scope === undefined ? await listMajors(context) : [scope];
    let others: AlmaImage[] = [];
    for (const release of releases) {
      for (const root of rootsOf(release)) {
        const folder = almaFolder(root, request.arch, variant);
        const images = (await findAlmaImages(folder, majorOf(release), context)) ?? [];
        const ofVariant = images.filter((image) => image.variant === variant);
        const image = ofVariant.find((one) => build === undefined || buildOf(one) === build);
        others = others.length > 0 ? others : images;
        if (image === undefined) continue;
        // The folder of a major links to the folder of its newest minor, so its content changes.
        const own = root.host === site.host ? new URL(`${image.release}/`, site) : root;
        const warnings = [
          ...warn(image, releases, root),
          ...(build === undefined ? warnOld(image, images) : []),
        ];
        const disk = describeAlmaDisk(
          image,
          almaFolder(own, request.arch, variant),
          almalinuxKeys(majorOf(image.release)),
        );
        return {
          release: majorOf(image.release),
          version: image.release,
          variant,
          snapshot: buildOf(image),
          disk: [{ ...disk, ...defined({ archives: movedTo(disk.url, site, vault) }) }],
          guest: guestFacts(image, request.arch),
          ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
        };
      }
      if (others.length > 0) break;
    }
    throw others.length > 0
      ? noImage(others, variant, build)
      : await noFolder(request, variant, releases[0] ?? '', context);
  },

  async *list(context) {
    const majors = await listMajors(context);
    for (const [position, major] of majors.entries()) {
      const root = new URL(`${major}/`, site);
      const words = await listMachines(root, context);
      const offered = pickRpmArches(words);
      const [first] = offered;
      if (first === undefined) continue;
      const folders = [almaFolder(root, first, 'genericcloud')];
      if (words.includes('x86_64_v2')) folders.push(almaFolder(root, 'amd64', '-v2'));
      const found = folders.map((folder) => findAlmaImages(folder, major, context));
      const images = (await Promise.all(found)).flatMap((one) => one ?? []);
      const version = images[0]?.release;
      if (version === undefined) continue;
      const eol = endOfLife[major];
      const listing: Listing = {
        release: major,
        version,
        ...defined({ aliases: position === 0 ? ['latest'] : undefined }),
        arches: offered,
        variants: [...new Set(images.map((image) => image.variant))].sort(),
        ...defined({ eol }),
      };
      yield listing;
    }
  },
});

function rootsOf(release: string): URL[] {
  const own = new URL(`${release}/`, site);
  return release.includes('.') ? [own, new URL(`${release}/`, vault)] : [own];
}

/** `10`, `9`, newest first. */
async function listMajors(context: VendorContext): Promise<string[]> {
  const entries = await readFolder(site, context);
  const majors = entries.map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  if (majors.length === 0) throw unusable(site, 'it lists no release');
  return majors.sort((left, right) => compareVersions(right, left));
}

async function listMachines(root: URL, context: VendorContext): Promise<string[]> {
  const entries = (await findFolder(new URL('cloud/', root), context)) ?? [];
  return entries.map(({ name }) => name);
}

function guestFacts({ release, variant }: AlmaImage, arch: Arch): GuestFacts {
  const eol = endOfLife[majorOf(release)];
  const firmware = firmwareOf(majorOf(release), variant, arch);
  return {
    osIds: ['almalinux'],
    user: 'almalinux',
    seed: 'nocloud',
    ssh: true,
    ...defined({ firmware, eol }),
    minDiskBytes: 10 * 1024 ** 3,
    minMemoryBytes: 512 * 1024 ** 2,
  };
}

function firmwareOf(major: string, variant: string, arch: Arch): ('bios' | 'uefi')[] | undefined {
  if (arch === 'ppc64le' || arch === 's390x') return undefined;
  if (arch !== 'amd64' || variant === 'genericcloud-uefi') return ['uefi'];
  return major === '8' ? ['bios'] : ['bios', 'uefi'];
}

function warn(image: AlmaImage, [first]: string[], root: URL): Warning[] {
  if (root.host === vault.host) {
    const message = `AlmaLinux ${image.release} moved to the vault and gets no updates`;
    return [{ code: 'archived', message }];
  }
  if (first === undefined || majorOf(first) === majorOf(image.release)) return [];
  const message = `AlmaLinux ${first} has no such image; the latest is of ${image.release}`;
  return [{ code: 'older-release', message }];
}

function warnOld(image: AlmaImage, all: AlmaImage[]): Warning[] {
  const title = `AlmaLinux ${majorOf(image.release)}`;
  return warnStopped(title, image.variant, buildOf(image), all.map(buildOf));
}

function noImage(images: AlmaImage[], variant: string, build: string | undefined): NotFoundError {
  const ofVariant = images.filter((image) => image.variant === variant);
  return ofVariant.length > 0
    ? missing('snapshot', build ?? '', ofVariant.map(buildOf))
    : missing(
        'variant',
        variant,
        images.map((image) => image.variant),
      );
}

async function noFolder(
  { arch, release }: ImageRequest,
  variant: string,
  first: string,
  context: VendorContext,
): Promise<NotFoundError> {
  const words = await listMachines(new URL(`${first}/`, site), context);
  const known = pickRpmArches(words);
  if (known.length === 0) return missing('release', release, await listMajors(context));
  return known.includes(arch)
    ? missing('variant', variant, ['genericcloud'])
    : missing(
        'arch',
        arch,
        arches.filter((one) => known.includes(one)),
      );
}

function buildOf({ release, date }: AlmaImage): string {
  return `${release}-${date}`;
}
