import {
  type Arch,
  arches,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFound,
  type Proof,
  type Resolution,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import {
  type DebianBuild,
  type DebianDisk,
  findBuild,
  findBuildOf,
  findImageFolders,
  findNewestBuild,
  findSerials,
} from './shared/debian-builds.ts';
import { diskStem, type FoundDisk, findLatestDisk, pickDisk } from './shared/debian-disks.ts';
import { findNetboot, listNetbootBuilds } from './shared/debian-netboot.ts';
import {
  type DebianRelease,
  listDebianReleases,
  pickDebianRelease,
} from './shared/debian-release.ts';
import { debianArchiveSignature } from './shared/debian-signature.ts';
import { refuseParameters } from './shared/refuse-parameters.ts';

const archWords: Record<Arch, string> = {
  amd64: 'amd64',
  arm64: 'arm64',
  riscv64: 'riscv64',
  ppc64le: 'ppc64el',
  s390x: 's390x',
  arm: 'armhf',
  386: 'i386',
  loong64: 'loong64',
};
const firmware: Partial<Record<Arch, ('bios' | 'uefi')[]>> = {
  amd64: ['bios', 'uefi'],
  arm64: ['uefi'],
  riscv64: ['uefi'],
};
/** End of standard support: column `eol` of distro-info-data's `debian.csv`, October 2026. */
const endOfLife: Record<string, string> = {
  11: '2024-08-14',
  12: '2026-07-11',
  13: '2028-08-09',
};

/** Debian's cloud images: `genericcloud` (default), `generic`, `nocloud`; of testing and unstable the daily
 * builds; and `netboot`, the installer, signed all the way. */
export const debian: Vendor = defineVendor({
  id: 'debian',
  title: 'Debian',
  apiVersion: 1,
  evidence: 'captured',

  async resolve(request, context) {
    refuseParameters(request);
    const release = await pickDebianRelease(request.release, context);
    const variant = request.variant ?? 'genericcloud';
    if (variant === 'netboot') return await resolveNetboot(release, request, context);
    const stem = diskStem(release, variant, archWords[request.arch]);
    let found: FoundDisk | undefined;
    if (request.snapshot === undefined) found = await findLatestDisk(release, stem, context);
    if (found === undefined) {
      const build = await findDated(release, request.snapshot, context);
      found = pickDisk(build, stem);
      if (found === undefined) throw noDisk(build, variant, request.arch);
    }
    const { snapshot, disk } = found;
    return {
      ...named(release),
      variant,
      snapshot,
      disk: [{ ...disk, proofs: [...disk.proofs, suiteProof(release)] }],
      guest: guestFacts(release, variant, request.arch),
      ...(variant === 'nocloud' && {
        warnings: [
          {
            code: 'open-console',
            message: 'root logs in on the console of a Debian nocloud image without a password',
          },
        ],
      }),
    };
  },

  async *list(context) {
    for (const release of await listDebianReleases(context)) {
      const build =
        (await findBuild(release, 'latest', context)) ?? (await findNewestBuild(release, context));
      if (build === undefined) continue;
      const listing = describe(release, build.disks);
      const installers = await listNetbootBuilds(release, 'amd64', context);
      yield installers.length === 0
        ? listing
        : { ...listing, variants: [...listing.variants, 'netboot'] };
    }
  },
});

/** Debian signs its archive, which says what a release is; it signs no cloud image. */
function suiteProof({ codename, signed }: DebianRelease): Proof {
  return { kind: 'signature', of: signed, signature: debianArchiveSignature(codename) };
}

async function resolveNetboot(
  release: DebianRelease,
  { arch, snapshot }: ImageRequest,
  context: VendorContext,
): Promise<Resolution> {
  const word = archWords[arch];
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
    ...(context.boot && { boot: found.boot }),
    guest: { seed: 'none', ssh: false, ...eolOf(release) },
  };
}

async function findDated(
  release: DebianRelease,
  snapshot: string | undefined,
  context: VendorContext,
): Promise<DebianBuild> {
  if (snapshot === undefined) {
    const build = await findNewestBuild(release, context);
    if (build !== undefined) return build;
    const known = (await findImageFolders(context)).filter((name) => name !== release.codename);
    throw missing('release', release.codename, known);
  }
  const build = await findBuildOf(release, snapshot, context);
  if (build !== undefined) return build;
  throw missing('snapshot', snapshot, (await findSerials(release, context)) ?? []);
}

function noDisk(build: DebianBuild, variant: string, arch: Arch): NotFoundError {
  const ofArch = variantsOf(build.disks.filter((disk) => disk.arch === archWords[arch]));
  const hint = `Ask for one of these on ${arch}: ${ofArch.join(', ')}.`;
  if (ofArch.length > 0) return missing('variant', variant, ofArch, hint);
  const ofVariant = build.disks.filter((disk) => disk.variant === variant);
  return missing('arch', arch, archesOf(ofVariant.length > 0 ? ofVariant : build.disks));
}

function describe(release: DebianRelease, disks: DebianDisk[]): Listing {
  const { number, codename, suite, version } = release;
  const eol = endOfLife[number];
  return {
    release: number,
    codename,
    ...(version !== undefined && { version }),
    aliases: suite === 'stable' ? ['latest', suite] : [suite],
    arches: archesOf(disks),
    variants: variantsOf(disks),
    ...(eol !== undefined && { eol }),
  };
}

function named({
  number,
  codename,
  version,
}: DebianRelease): Pick<Resolution, 'release' | 'codename' | 'version'> {
  return { release: number, codename, ...(version !== undefined && { version }) };
}

function eolOf({ number }: DebianRelease): { eol?: string } {
  const eol = endOfLife[number];
  return eol === undefined ? {} : { eol };
}

function guestFacts(release: DebianRelease, variant: string, arch: Arch): GuestFacts {
  const eol = endOfLife[release.number];
  const boots = firmware[arch];
  return {
    // `nocloud` means neither cloud-init nor ssh server; it is not the NoCloud data source.
    ...(variant === 'nocloud'
      ? { user: 'root', seed: 'none', ssh: false }
      : { user: 'debian', seed: 'nocloud', ssh: true }),
    ...(boots !== undefined && { firmware: boots }),
    ...(eol !== undefined && { eol }),
  };
}

function variantsOf(disks: DebianDisk[]): string[] {
  return [...new Set(disks.map(({ variant }) => variant))].sort();
}

function archesOf(disks: DebianDisk[]): Arch[] {
  const words = new Set(disks.map(({ arch }) => arch));
  return arches.filter((arch) => words.has(archWords[arch]));
}

function missing(
  field: string,
  value: string,
  known: readonly string[],
  hint?: string,
): NotFoundError {
  return notFound({ vendor: 'debian', field, value, known, ...(hint !== undefined && { hint }) });
}
