import {
  type Arch,
  type Artifact,
  compareVersions,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  notFoundIn,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { archKeys } from './keys/arch.ts';
import { findFolder, readFolder } from './shared/folder.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('arch');
const images = new URL('https://geo.mirror.pkgbuild.com/images/');
/** The same tree on another network; digests and signatures are read from the main site. */
const mirror = new URL('https://fastly.mirror.pkgbuild.com/images/');

const arches: Arch[] = ['amd64'];
const common: GuestFacts = {
  osIds: ['arch'],
  user: 'arch',
  ssh: true,
  firmware: ['bios', 'uefi'],
};
const guests: Record<string, GuestFacts> = {
  // Source of the memory size: osinfo-db; of the disk facts: `build.sh` and `images/basic.sh` of
  // arch-boxes.
  cloudimg: {
    ...common,
    seed: 'nocloud',
    minDiskBytes: 2 * 1024 ** 3,
    minMemoryBytes: 512 * 1024 ** 2,
  },
  basic: { ...common, seed: 'none', minDiskBytes: 40 * 1024 ** 3 },
};
const variants = Object.keys(guests);

/**
 * The images of Arch Linux itself, built on the 1st and 15th of a month and kept for some months.
 * There are no releases: `latest` (`rolling`), or the build (`20260901.583572`), which is also the
 * snapshot. Variants: `cloudimg` (default) and `basic`.
 */
export const arch: Vendor = defineVendor({
  id: 'arch',
  title: 'Arch Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: archKeys,
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    if (!arches.includes(request.arch)) throw missing('arch', request.arch, arches);
    const variant = request.variant?.toLowerCase() ?? 'cloudimg';
    const guest = Object.hasOwn(guests, variant) ? guests[variant] : undefined;
    if (guest === undefined) throw missing('variant', variant, variants);

    const wanted = parseWanted(request);
    const all = await listBuilds(context);
    const meant = all.filter((build) => wanted === undefined || isMeant(build, wanted));
    if (meant.length === 0) throw missing('snapshot', wanted ?? '', all);
    const build = await findComplete(meant, variant, context);
    if (build === undefined) throw unusable(images, `no build in it has a ${variant} image`);
    const warnings = warn(build, meant, variant);
    return {
      release: 'rolling',
      version: build,
      variant,
      snapshot: build,
      disk: [describe(build, variant)],
      guest,
      ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
    };
  },

  async *list(context) {
    const [version] = await listBuilds(context);
    if (version !== undefined)
      yield { release: 'rolling', version, aliases: ['latest'], arches, variants };
  },
});

const defaultPassword: Warning = {
  code: 'default-password',
  message: 'the user arch has the published password arch, and ssh accepts it',
};

function warn(build: string, [newest = build]: string[], variant: string): Warning[] {
  const warnings = variant === 'basic' ? [defaultPassword] : [];
  if (newest === build) return warnings;
  const message = `the build ${newest} has no ${variant} image yet; this one is ${build}`;
  return [...warnings, { code: 'outdated-build', message }];
}

/**
 * The requested build, given as a snapshot or as a release, or the day of a build; `undefined`: the
 * newest.
 */
function parseWanted({ release, snapshot }: ImageRequest): string | undefined {
  const plain = (token: string): string => token.toLowerCase().replace(/^v(?=\d)/, '');
  const isOpen = ['latest', 'rolling'].includes(release.toLowerCase());
  const named = plain(release);
  if (!isOpen && !/^\d{8}(?:\.\d+)?$/.test(named)) throw missing('release', release, ['latest']);
  const exact = snapshot === undefined ? undefined : plain(snapshot);
  if (exact !== undefined && !isOpen && !isMeant(exact, named)) {
    throw missing('snapshot', exact, [named]);
  }
  return exact ?? (isOpen ? undefined : named);
}

function isMeant(build: string, wanted: string): boolean {
  return build === wanted || build.startsWith(`${wanted}.`);
}

/** `YYYYMMDD.job`, newest first; the job number has grown from five digits to six. */
async function listBuilds(context: VendorContext): Promise<string[]> {
  const entries = await readFolder(images, context);
  const builds = entries.flatMap(({ name }) => /^v(\d{8}\.\d+)$/.exec(name)?.[1] ?? []);
  if (builds.length === 0) throw unusable(images, 'it lists no build');
  return builds.sort((left, right) => compareVersions(right, left));
}

/** The first build that has the image: the newest build may not be complete on this mirror yet. */
async function findComplete(
  builds: string[],
  variant: string,
  context: VendorContext,
): Promise<string | undefined> {
  for (const build of builds.slice(0, 3)) {
    const entries = (await findFolder(new URL(`v${build}/`, images), context)) ?? [];
    const names = new Set(entries.map(({ name }) => name));
    const fileName = fileNameOf(build, variant);
    if (names.has(fileName) && names.has(`${fileName}.sig`)) return build;
  }
  return undefined;
}

function fileNameOf(build: string, variant: string): string {
  return `Arch-Linux-x86_64-${variant}-${build}.qcow2`;
}

function describe(build: string, variant: string): Artifact {
  const fileName = fileNameOf(build, variant);
  const url = new URL(`v${build}/${fileName}`, images);
  const sums = new URL(`${url}.SHA256`);
  const sign = (file: URL): ReturnType<typeof openpgp> => openpgp(new URL(`${file}.sig`), archKeys);
  return {
    url,
    mirrors: [new URL(`v${build}/${fileName}`, mirror)],
    fileName,
    layers: ['qcow2'],
    proofs: [
      { kind: 'checksums', url: sums, dialect: 'sums', signature: sign(sums) },
      { kind: 'signature', signature: sign(url) },
    ],
  };
}
