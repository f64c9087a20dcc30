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
  type TransferError,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { opensuseKeys } from './keys/opensuse.ts';
import { describeOpensuseImage, type OpensuseImage } from './shared/opensuse-image.ts';
import { refuseParameters } from './shared/parameters.ts';
import { rpmWords } from './shared/rpm-arches.ts';
import { warnStopped } from './shared/stopped-variant.ts';
import { readNamedSums } from './shared/sums-file.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('opensuse-tumbleweed');
const site = 'https://download.opensuse.org/';
/** Architectures other than the first are ports, with folder names of their own. */
const folders = new Map<Arch, URL>([
  ['amd64', new URL('tumbleweed/appliances/', site)],
  ['arm64', new URL('ports/aarch64/tumbleweed/appliances/', site)],
  ['s390x', new URL('ports/zsystems/tumbleweed/appliances/', site)],
]);
const firmware: Partial<Record<Arch, ('bios' | 'uefi')[]>> = {
  amd64: ['bios', 'uefi'],
  arm64: ['uefi'],
};

/**
 * `openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20240629.qcow2`,
 * `openSUSE-MicroOS.x86_64-16.0.0-OpenStack-Cloud-…`; names for s390x hold the architecture twice.
 */
const imageName =
  /^openSUSE-(Tumbleweed-Minimal-VM|MicroOS)\.(\w+)-[\d.]+(?:-\2)?-(?:(ContainerHost)-)?(?:OpenStack-)?Cloud-Snapshot(\d{8})\.qcow2$/;
const variants = new Map([
  ['Tumbleweed-Minimal-VM', 'cloud'],
  ['MicroOS', 'microos'],
  ['MicroOS ContainerHost', 'microos-container-host'],
]);

/**
 * openSUSE Tumbleweed's images for clouds. There are no releases: `latest` (`rolling`), or the snapshot (`20240629`);
 * upstream keeps the newest few. Variants: `cloud` (default), `microos`, `microos-container-host`.
 */
export const opensuseTumbleweed: Vendor = defineVendor({
  id: 'opensuse-tumbleweed',
  title: 'openSUSE Tumbleweed',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: opensuseKeys,
  evidence: 'captured',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch } = request;
    const folder = folders.get(arch);
    if (folder === undefined) throw missing('arch', arch, [...folders.keys()]);
    const wanted = parseWanted(request);
    const { images: all, sums } = await findImages(folder, arch, context);
    if (all.length === 0) throw noImages(sums);
    const variant = request.variant?.toLowerCase() ?? 'cloud';
    const image = pickBuild(all, missing, [
      { field: 'variant', wanted: variant, nameOf: (one) => one.variant },
      { field: 'snapshot', wanted, nameOf: (one) => one.snapshot },
    ]);
    const warnings = wanted === undefined ? warnOld(image, all) : [];
    // No signature of the list is known; the list must agree with the sidecar, which is signed.
    const listed = { kind: 'checksums', url: sums, dialect: 'sums' } as const;
    return {
      release: 'rolling',
      version: image.snapshot,
      variant,
      snapshot: image.snapshot,
      disk: [await describeOpensuseImage(image, context, [listed])],
      guest: guestFacts(variant, arch),
      ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
    };
  },

  async *list(context) {
    const all = await Promise.all(
      [...folders].map(async ([arch, folder]) => {
        const { images } = await findImages(folder, arch, context);
        return images.map((image) => ({ ...image, arch }));
      }),
    );
    const images = all.flat();
    if (images.length === 0) throw noImages(site);
    const [version] = namesOf(images, 'snapshot').sort((left, right) =>
      compareVersions(right, left),
    );
    const listing: Listing = {
      release: 'rolling',
      ...defined({ version }),
      aliases: ['latest'],
      arches: [...new Set(images.map(({ arch }) => arch))],
      variants: namesOf(images, 'variant').sort(),
    };
    yield listing;
  },
});

interface TumbleweedImage extends OpensuseImage {
  variant: string;
  /** `YYYYMMDD`. */
  snapshot: string;
}

/** The dated images of an architecture, newest first, and the list that names them. */
async function findImages(
  folder: URL,
  arch: Arch,
  context: VendorContext,
): Promise<{ images: TumbleweedImage[]; sums: URL }> {
  const sums = new URL('SHA256SUMS', folder);
  const images = (await readNamedSums(sums, context)).flatMap(({ name }): TumbleweedImage[] => {
    const [, product = '', machine, kind, snapshot] = imageName.exec(name) ?? [];
    const variant = variants.get(kind === undefined ? product : `${product} ${kind}`);
    if (variant === undefined || snapshot === undefined || machine !== rpmWords[arch]) return [];
    const url = new URL(name, folder);
    return [{ url, fileName: name, sums: new URL(`${url}.sha256`), variant, snapshot }];
  });
  return { images: images.sort((a, b) => compareVersions(b.snapshot, a.snapshot)), sums };
}

/** The requested snapshot, given as a snapshot or as a release; `undefined`: the newest. */
function parseWanted({ release, snapshot }: ImageRequest): string | undefined {
  const plain = (token: string): string => token.toLowerCase().replace(/^snapshot(?=\d)/, '');
  const isOpen = ['latest', 'rolling', 'tumbleweed'].includes(release.toLowerCase());
  const named = plain(release);
  if (!isOpen && !/^\d{8}$/.test(named)) throw missing('release', release, ['latest']);
  const exact = snapshot === undefined ? undefined : plain(snapshot);
  if (exact !== undefined && !isOpen && exact !== named) throw missing('snapshot', exact, [named]);
  return exact ?? (isOpen ? undefined : named);
}

/** The user of these images is not known reliably; for MicroOS the provisioning agent is not known either. */
function guestFacts(variant: string, arch: Arch): GuestFacts {
  const agent: GuestFacts = variant === 'cloud' ? { seed: 'nocloud', ssh: true } : {};
  const osIds = [variant === 'cloud' ? 'opensuse-tumbleweed' : 'opensuse-microos'];
  return { osIds, ...agent, ...defined({ firmware: firmware[arch] }) };
}

function warnOld({ variant, snapshot }: TumbleweedImage, all: TumbleweedImage[]): Warning[] {
  return warnStopped('openSUSE Tumbleweed', variant, snapshot, namesOf(all, 'snapshot'));
}

function noImages(where: URL | string): TransferError {
  return unusable(where, 'it lists no cloud image');
}

function namesOf(images: TumbleweedImage[], field: 'variant' | 'snapshot'): string[] {
  return [...new Set(images.map((image) => image[field]))];
}
