import {
  type Arch,
  compareVersions,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  type Listing,
  notFoundIn,
  pickBuild,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { opensuseKeys } from './keys/opensuse.ts';
import {
  findLeapImages,
  isLeapImageOf,
  type LeapImage,
  listLeapReleases,
} from './opensuse-leap/images.ts';
import { describeOpensuseImage } from './shared/opensuse-image.ts';
import { refuseParameters } from './shared/parameters.ts';
import { pickRpmArches } from './shared/rpm-arches.ts';

const missing = notFoundIn('opensuse-leap');

/**
 * A folder is filled before its release (16.1's in September 2026), and no index says which releases are published:
 * this was the newest in November 2026.
 */
const newestReleased = '16.0';

/** By release, from endoflife.date (August 2026): openSUSE publishes no index with these dates. */
const endOfLife: Record<string, string> = {
  '15.0': '2019-12-03',
  '15.1': '2021-02-02',
  '15.2': '2022-01-04',
  '15.3': '2022-12-31',
  '15.4': '2023-12-07',
  '15.5': '2024-12-31',
  '15.6': '2026-04-30',
  '16.0': '2027-10-31',
};

const firmware: Partial<Record<Arch, ('bios' | 'uefi')[]>> = {
  amd64: ['bios', 'uefi'],
  arm64: ['uefi'],
};

/**
 * openSUSE Leap's Minimal-VM image for clouds. Releases: `latest`, `16`, `16.0`; snapshots: `16.0-build18.7`; upstream
 * keeps the newest one or two. Variant: `cloud`.
 */
export const opensuseLeap: Vendor = defineVendor({
  id: 'opensuse-leap',
  title: 'openSUSE Leap',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: opensuseKeys,
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch, variant = 'cloud' } = request;
    if (variant.toLowerCase() !== 'cloud') throw missing('variant', variant, ['cloud']);
    const { releases, newer } = await pickReleases(request, context);
    let seen: LeapImage[] = [];
    for (const release of releases) {
      const all = await findLeapImages(release, context);
      if (seen.length === 0) seen = all;
      const images = all.filter((image) => isLeapImageOf(image, arch));
      if (images.length === 0) continue;
      const wanted = request.snapshot?.toLowerCase();
      const image = pickBuild(images, missing, [
        { field: 'snapshot', wanted, nameOf: (one) => one.snapshot },
      ]);
      const warnings = warn(release, releases, newer);
      return {
        release,
        version: release,
        variant: 'cloud',
        snapshot: image.snapshot,
        disk: [await describeOpensuseImage(image, context)],
        guest: guestFacts(release, arch),
        ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
      };
    }
    if (seen.length > 0) throw missing('arch', arch, archesOf(seen));
    const known = (await listLeapReleases(context)).filter((one) => !releases.includes(one));
    throw missing('release', request.release, known);
  },

  async *list(context) {
    let latest = ['latest'];
    for (const release of await listLeapReleases(context)) {
      const images = await findLeapImages(release, context);
      if (images.length === 0) continue;
      const eol = endOfLife[release];
      const isLatest = latest.length > 0 && isReleased(release);
      const listing: Listing = {
        release,
        version: release,
        ...defined({ aliases: isLatest ? latest : undefined }),
        arches: archesOf(images),
        variants: ['cloud'],
        ...defined({ eol }),
      };
      yield listing;
      if (isLatest) latest = [];
    }
  },
});

interface Meant {
  /** Best first: the requested release, or the published ones. */
  releases: string[];
  /** A newer release whose folder exists but which may not be published. */
  newer?: string | undefined;
}

async function pickReleases(
  { release, snapshot }: ImageRequest,
  context: VendorContext,
): Promise<Meant> {
  const match = /^(?:latest|stable|(\d+)(\.\d+)?)$/i.exec(release);
  const [, major, minor] = match ?? [];
  if (minor !== undefined) return { releases: [release] };
  const isMeant = (one: string): boolean => major === undefined || one.startsWith(`${major}.`);
  // A snapshot begins with its release.
  const [named] = /^\d+\.\d+(?=[.-])/.exec(snapshot ?? '') ?? [];
  if (match !== null && named !== undefined && isMeant(named)) return { releases: [named] };
  const all = await listLeapReleases(context);
  const meant = all.filter(isMeant);
  const releases = meant.filter(isReleased);
  if (match === null || releases.length === 0) throw missing('release', release, all);
  return { releases, newer: meant.find((one) => !isReleased(one)) };
}

function isReleased(release: string): boolean {
  return compareVersions(release, newestReleased) <= 0;
}

function warn(release: string, releases: string[], newer: string | undefined): Warning[] {
  const warnings: Warning[] = [];
  if (!isReleased(release)) {
    const message = `Leap ${release} was released after this version of rootdisk: it may be a test build`;
    warnings.push({ code: 'pre-release', message });
  }
  if (newer !== undefined) {
    const message = `Leap ${newer} exists too, and was released after this version of rootdisk: ask for it by its number`;
    warnings.push({ code: 'newer-release', message });
  }
  if (release !== releases[0]) {
    const message = `Leap ${releases[0]} has no such image; the newest that has one is ${release}`;
    warnings.push({ code: 'older-release', message });
  }
  return warnings;
}

function guestFacts(release: string, arch: Arch): GuestFacts {
  const eol = endOfLife[release];
  const boots = firmware[arch];
  return {
    // Release 42 calls itself `opensuse`.
    osIds: ['opensuse-leap', 'opensuse'],
    user: compareVersions(release, '16') < 0 ? 'opensuse' : 'sles',
    seed: 'nocloud',
    ssh: true,
    ...defined({ firmware: boots, eol }),
    minDiskBytes: 10 * 1024 ** 3,
    minMemoryBytes: 512 * 1024 ** 2,
  };
}

function archesOf(images: LeapImage[]): Arch[] {
  return pickRpmArches(images.map(({ machine }) => machine));
}
