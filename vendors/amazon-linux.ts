import {
  type Arch,
  compareVersions,
  defined,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  pickBuild,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';
import { findSums, type NamedSum, readNamedSums } from './shared/sums-file.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('amazon-linux');
const site = new URL('https://cdn.amazonlinux.com/al2023/os-images/');

/** The folder of an architecture, and its word in file names. */
const tokens: Partial<Record<Arch, { folder: string; word: string }>> = {
  amd64: { folder: 'kvm', word: 'x86_64' },
  arm64: { folder: 'kvm-arm64', word: 'arm64' },
};
const arches: Arch[] = ['amd64', 'arm64'];

/**
 * Amazon Linux 2023 for KVM. Releases: `latest`, `2023`, or a version (`2023.9.20251105.0`), which
 * is also the snapshot. Variants: kernels; `kernel-6.1` is the default of a version that has
 * several.
 */
export const amazonLinux: Vendor = defineVendor({
  id: 'amazon-linux',
  title: 'Amazon Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'checksum',
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch } = request;
    if (tokens[arch] === undefined) throw missing('arch', arch, arches);
    const wanted = parseWanted(request);
    const images = await (wanted === undefined
      ? readLatest(arch, context)
      : findImages(wanted, arch, context));
    if (images === undefined) throw missing('snapshot', wanted ?? 'latest', []);
    const variant = request.variant?.toLowerCase() ?? pickDefault(images);
    const { version, fileName } = pickBuild(images, missing, [
      { field: 'variant', wanted: variant, nameOf: (image) => image.variant },
    ]);
    const folder = folderOf(version, arch);
    return {
      release: '2023',
      version,
      variant,
      snapshot: version,
      disk: [
        {
          url: new URL(fileName, folder),
          fileName,
          layers: ['qcow2'],
          proofs: [{ kind: 'checksums', url: new URL('SHA256SUMS', folder), dialect: 'sums' }],
        },
      ],
      guest: {
        osIds: ['amzn'],
        user: 'ec2-user',
        seed: 'nocloud',
        ssh: true,
        ...defined({ firmware: arch === 'arm64' ? startsBy('uefi') : undefined }),
        minDiskBytes: 25 * 1024 ** 3,
      },
    };
  },

  async *list(context) {
    const found = await Promise.all(arches.map((arch) => findImages('latest', arch, context)));
    const images = found.flatMap((list) => list ?? []);
    const [first] = images;
    if (first === undefined) throw unusable(site, 'it has no image');
    yield {
      release: '2023',
      version: first.version,
      aliases: ['latest'],
      arches: arches.filter((_, index) => found[index] !== undefined),
      variants: [...new Set([pickDefault(images), ...variantsOf(images)])],
    };
  },
});

interface AmazonImage {
  version: string;
  variant: string;
  fileName: string;
}

/** The requested version, given as a snapshot or as a release; `undefined`: the newest. */
function parseWanted({ release, snapshot }: ImageRequest): string | undefined {
  const token = release.toLowerCase().replace(/^al(?=\d)/, '');
  const isOpen = ['latest', '2023'].includes(token);
  if (!isOpen && !isVersion(token)) throw missing('release', release, ['2023']);
  if (snapshot !== undefined && (!isVersion(snapshot) || !(isOpen || snapshot === token))) {
    throw missing('snapshot', snapshot, isOpen ? [] : [token]);
  }
  return snapshot ?? (isOpen ? undefined : token);
}

function isVersion(token: string): boolean {
  return /^2023\.\d+\.\d{8}\.\d+$/.test(token);
}

function folderOf(version: string, arch: Arch): URL {
  return new URL(`${version}/${tokens[arch]?.folder}/`, site);
}

/** The images of the newest version for an architecture; a newest version always exists. */
async function readLatest(arch: Arch, context: VendorContext): Promise<AmazonImage[]> {
  const url = listOf('latest', arch);
  return parseImages('latest', arch, await readNamedSums(url, context), url);
}

/** The images of a version for an architecture; `undefined` if the version does not exist. */
async function findImages(
  version: string,
  arch: Arch,
  context: VendorContext,
): Promise<AmazonImage[] | undefined> {
  const url = listOf(version, arch);
  const sums = await findSums(url, context);
  return sums && parseImages(version, arch, sums, url);
}

function listOf(version: string, arch: Arch): URL {
  return new URL('SHA256SUMS', folderOf(version, arch));
}

/**
 * Newest kernel first. The list under `latest` names the version in its file names; the
 * architectures may have different versions.
 */
function parseImages(version: string, arch: Arch, sums: NamedSum[], url: URL): AmazonImage[] {
  const images = sums.flatMap(({ name }): AmazonImage[] => {
    const [, stamp, kernel, word] =
      /^al2023-kvm-([\d.]+)-kernel-([\d.]+)-(\w+)\.xfs\.gpt\.qcow2$/.exec(name) ?? [];
    if (stamp === undefined || !isVersion(stamp) || word !== tokens[arch]?.word) return [];
    if (version !== 'latest' && version !== stamp) return [];
    return [{ version: stamp, variant: `kernel-${kernel}`, fileName: name }];
  });
  if (images.length === 0) throw unusable(url, 'it lists no image for KVM');
  return images.sort(
    (a, b) => compareVersions(b.version, a.version) || compareVersions(b.variant, a.variant),
  );
}

/** The kernel that Amazon Linux 2023 began with; the newest kernel if that one is not offered. */
function pickDefault(images: AmazonImage[]): string {
  const known = variantsOf(images);
  return known.find((variant) => variant === 'kernel-6.1') ?? known[0] ?? '';
}
function variantsOf(images: AmazonImage[]): string[] {
  return [...new Set(images.map(({ variant }) => variant))];
}
