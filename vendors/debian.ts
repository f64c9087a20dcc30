import {
  type Arch,
  arches,
  defined,
  defineVendor,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFoundIn,
  type Proof,
  type Resolution,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import {
  type DebianBuild,
  type DebianDisk,
  findBuild,
  findBuildOf,
  findNewestBuild,
  findSerials,
} from './debian/builds.ts';
import { diskStem, type FoundDisk, findLatestDisk, pickDebianDisk } from './debian/disks.ts';
import { debianArchWords, debianEndOfLife, debianGuest } from './debian/guest.ts';
import { findNetboot, listNetbootBuilds } from './debian/netboot.ts';
import {
  type DebianRelease,
  debianArchiveSignature,
  listDebianReleases,
  pickDebianRelease,
} from './debian/releases.ts';
import {
  type DebianChannel,
  type DebianTree,
  findImageFolders,
  formatDebianVariant,
  hasDailyOnly,
  parseDebianVariant,
  treeOf,
} from './debian/tree.ts';
import { everyDebianKey } from './keys/debian.ts';
import { refuseParameters } from './shared/parameters.ts';

const missing = notFoundIn('debian');
const images = ['genericcloud', 'generic', 'nocloud'];

/**
 * Debian's cloud images: `genericcloud` (default), `generic`, `nocloud`; each also as `-daily` and,
 * with the kernel of backports, as `-backports`. Testing and unstable have daily builds only, under
 * the plain names. The variant `netboot` is the installer; its signatures reach every file.
 */
export const debian: Vendor = defineVendor({
  id: 'debian',
  title: 'Debian',
  apiVersion: 1,
  latest: 'stable',
  trust: 'checksum',
  keys: everyDebianKey,
  evidence: {
    default: 'captured',
    netboot: 'documented',
    ...Object.fromEntries(images.map((image) => [`${image}-backports`, 'documented' as const])),
  },

  async resolve(request, context) {
    refuseParameters(request);
    const release = await pickDebianRelease(request.release, context);
    const wanted = request.variant?.toLowerCase() ?? 'genericcloud';
    if (wanted === 'netboot') return await resolveNetboot(release, request, context);
    const { image, channel } = parseDebianVariant(wanted);
    const tree = treeOf(release, channel);
    if (tree === undefined) throw missing('variant', wanted, images);
    const stem = diskStem(tree, image, debianArchWords[request.arch]);
    const warnings: Warning[] = image === 'nocloud' ? [openConsole] : [];
    let found: FoundDisk | undefined;
    if (request.snapshot === undefined) found = await findLatestDisk(tree, stem, context);
    if (found === undefined) {
      const build = await findDated(release, tree, channel, request, context);
      found = pickDebianDisk(build, stem);
      if (found === undefined) throw noDisk(build, release, channel, request);
      warnings.push(...warnSkipped(build));
    }
    const { snapshot, disk } = found;
    return {
      ...named(release),
      variant: formatDebianVariant(image, channel, release),
      snapshot,
      disk: [{ ...disk, proofs: [...disk.proofs, suiteProof(release)] }],
      guest: debianGuest(release, image, request.arch),
      ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
    };
  },

  async *list(context) {
    for (const release of await listDebianReleases(context)) {
      const channels: DebianChannel[] = hasDailyOnly(release)
        ? ['daily']
        : ['released', 'daily', 'backports'];
      const builds = await Promise.all(
        channels.map(async (channel) => await findNewest(release, channel, context)),
      );
      const [disks] = builds;
      if (disks === undefined) continue;
      const variants = channels.flatMap((channel, index) =>
        variantsOf(builds[index] ?? [], release, channel),
      );
      const installers = await listNetbootBuilds(release, 'amd64', context);
      yield describe(release, disks, [...variants, ...(installers.length > 0 ? ['netboot'] : [])]);
    }
  },
});

const openConsole: Warning = {
  code: 'open-console',
  message: 'in a Debian nocloud image root can log in on the console without a password',
};

function warnSkipped({ serial, skipped = [] }: DebianBuild): Warning[] {
  if (skipped.length === 0) return [];
  const message = `${skipped.join(', ')} of Debian has no SHA512SUMS yet; this build is ${serial}`;
  return [{ code: 'outdated-build', message }];
}

/** Debian signs its archive, which proves the name of a release; it signs no cloud image. */
function suiteProof({ codename, signed }: DebianRelease): Proof {
  return { kind: 'signature', of: signed, signature: debianArchiveSignature(codename) };
}

async function resolveNetboot(
  release: DebianRelease,
  { arch, snapshot }: ImageRequest,
  context: VendorContext,
): Promise<Resolution> {
  const word = debianArchWords[arch];
  const builds = await listNetbootBuilds(release, word, context);
  if (builds.length === 0) throw missing('arch', arch, []);
  const build = snapshot === undefined ? builds[0] : builds.find((one) => one === snapshot);
  const found = build && (await findNetboot(release, build, word, context));
  if (!found)
    throw missing(snapshot === undefined ? 'variant' : 'snapshot', snapshot ?? 'netboot', builds);
  return {
    ...named(release),
    variant: 'netboot',
    snapshot: found.snapshot,
    disk: found.disk,
    ...defined({ boot: context.boot ? found.boot : undefined }),
    guest: { seed: 'none', ssh: false, ...debianEndOfLife(release) },
  };
}

async function findNewest(
  release: DebianRelease,
  channel: DebianChannel,
  context: VendorContext,
): Promise<DebianDisk[] | undefined> {
  const tree = treeOf(release, channel);
  if (tree === undefined) return undefined;
  const build =
    (await findBuild(tree, 'latest', context)) ?? (await findNewestBuild(tree, context));
  return build?.disks;
}

async function findDated(
  release: DebianRelease,
  tree: DebianTree,
  channel: DebianChannel,
  { snapshot, variant }: ImageRequest,
  context: VendorContext,
): Promise<DebianBuild> {
  if (snapshot !== undefined) {
    const build = await findBuildOf(tree, snapshot, context);
    if (build !== undefined) return build;
    throw missing('snapshot', snapshot, (await findSerials(tree, context)) ?? []);
  }
  const build = await findNewestBuild(tree, context);
  if (build !== undefined) return build;
  // The release itself has images; the requested channel has none.
  if (channel !== 'released' && !hasDailyOnly(release))
    throw missing('variant', variant ?? '', images);
  const known = (await findImageFolders(context)).filter((name) => name !== release.codename);
  throw missing('release', release.codename, known);
}

function noDisk(
  build: DebianBuild,
  release: DebianRelease,
  channel: DebianChannel,
  { variant = 'genericcloud', arch }: ImageRequest,
): NotFoundError {
  const word = debianArchWords[arch];
  const ofArch = variantsOf(
    build.disks.filter((disk) => disk.arch === word),
    release,
    channel,
  );
  const hint = `Ask for one of these on ${arch}: ${ofArch.join(', ')}.`;
  if (ofArch.length > 0) return missing('variant', variant, ofArch, hint);
  const { image } = parseDebianVariant(variant);
  const ofVariant = build.disks.filter((disk) => disk.variant === image);
  return missing('arch', arch, archesOf(ofVariant.length > 0 ? ofVariant : build.disks));
}

function describe(release: DebianRelease, disks: DebianDisk[], variants: string[]): Listing {
  const { suite } = release;
  return {
    ...named(release),
    aliases: suite === 'stable' ? ['latest', suite] : [suite],
    arches: archesOf(disks),
    variants,
    ...debianEndOfLife(release),
  };
}

function named({
  number,
  codename,
  version,
}: DebianRelease): Pick<Resolution, 'release' | 'codename' | 'version'> {
  return { release: number, codename, ...defined({ version }) };
}

function variantsOf(disks: DebianDisk[], release: DebianRelease, channel: DebianChannel): string[] {
  const names = disks.map(({ variant }) => formatDebianVariant(variant, channel, release));
  // The default variant comes first.
  const order = (name: string): string => `${name.startsWith('genericcloud') ? 0 : 1}${name}`;
  return [...new Set(names)].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function archesOf(disks: DebianDisk[]): Arch[] {
  const words = new Set(disks.map(({ arch }) => arch));
  return arches.filter((arch) => words.has(debianArchWords[arch]));
}
