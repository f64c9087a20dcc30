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
import { kaliKeys } from './keys/kali.ts';
import { readFolder } from './shared/folder.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';
import { readNamedSums } from './shared/sums-file.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('kali');
const site = new URL('https://kali.download/cloud-images/');
const arches: Arch[] = ['amd64', 'arm64'];

/**
 * Kali Linux' cloud image. Releases: `latest` (`rolling`), or a version (`2026.3`), which is also
 * the snapshot. Variant: `genericcloud`.
 */
export const kali: Vendor = defineVendor({
  id: 'kali',
  title: 'Kali Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: kaliKeys,
  evidence: 'unverified',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch } = request;
    const version = pickVersion(request, await listVersions(context));
    const images = await listImages(version, context);
    const variant = request.variant?.toLowerCase() ?? 'genericcloud';
    const image = pickBuild(images, missing, [
      { field: 'variant', wanted: variant, nameOf: (one) => one.variant },
      { field: 'arch', wanted: arch, nameOf: (one) => one.arch },
    ]);
    const sums = sumsOf(version);
    const signature = openpgp(new URL(`${sums}.gpg`), kaliKeys);
    return {
      release: version,
      version,
      variant,
      snapshot: version,
      disk: [
        {
          url: new URL(image.fileName, sums),
          fileName: image.fileName,
          // The archive holds only disk.raw, so its one member is the disk, under any name.
          layers: ['xz', 'tar', 'raw'],
          proofs: [{ kind: 'checksums', url: sums, dialect: 'sums', signature }],
        },
      ],
      guest: {
        osIds: ['kali'],
        user: 'kali',
        seed: 'nocloud',
        ssh: true,
        ...defined({ firmware: arch === 'arm64' ? startsBy('uefi') : undefined }),
      },
    };
  },

  async *list(context) {
    for (const [position, version] of (await listVersions(context)).entries()) {
      const images = await listImages(version, context);
      yield {
        release: version,
        version,
        ...defined({ aliases: position === 0 ? ['latest', 'rolling'] : undefined }),
        arches: arches.filter((arch) => images.some((image) => image.arch === arch)),
        variants: [...new Set(images.map(({ variant }) => variant))],
      };
    }
  },
});

/** `2026.3` …, newest first. */
async function listVersions(context: VendorContext): Promise<string[]> {
  const entries = await readFolder(site, context);
  const versions = entries.flatMap(({ name }) => /^kali-(\d{4}\.\d+[a-z]?)$/.exec(name)?.[1] ?? []);
  if (versions.length === 0) throw unusable(site, 'it lists no version');
  return versions.sort((left, right) => compareVersions(right, left));
}

function pickVersion({ release, snapshot }: ImageRequest, versions: string[]): string {
  const token = release.toLowerCase().replace(/^kali-/, '');
  const isOpen = ['latest', 'rolling', 'current'].includes(token);
  return pickBuild(versions, missing, [
    {
      field: 'release',
      wanted: release,
      nameOf: (version) => version,
      suits: (version) => isOpen || version === token,
    },
    { field: 'snapshot', wanted: snapshot?.toLowerCase(), nameOf: (version) => version },
  ]);
}

function sumsOf(version: string): URL {
  return new URL(`kali-${version}/SHA256SUMS`, site);
}

interface KaliImage {
  fileName: string;
  variant: string;
  arch: Arch;
}

/** The archives of disks that a version's list names. */
async function listImages(version: string, context: VendorContext): Promise<KaliImage[]> {
  const sums = sumsOf(version);
  const files = await readNamedSums(sums, context);
  const images = files.flatMap(({ name }) => {
    const [, named, variant, word] =
      /^kali-linux-(\d{4}\.\d+[a-z]?)-cloud-([a-z]+)-(\w+)\.tar\.xz$/.exec(name) ?? [];
    const arch = arches.find((one) => one === word);
    if (named !== version || variant === undefined || arch === undefined) return [];
    return [{ fileName: name, variant, arch }];
  });
  if (images.length === 0) throw unusable(sums, `it lists no cloud image of Kali ${version}`);
  return images;
}
