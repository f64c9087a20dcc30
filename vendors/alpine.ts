import {
  type Arch,
  defined,
  defineVendor,
  type ImageRequest,
  type Listing,
  type NotFoundError,
  notFoundIn,
  type Resolution,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { type AlpineImage, listAlpineImages } from './alpine/images.ts';
import { type AlpineIndex, findAlpineIndex, readAlpineIndex } from './alpine/index-files.ts';
import { type AlpineNetboot, findNetbootOf, findNewestNetboot } from './alpine/netboot.ts';
import { type AlpineWanted, parseAlpineRequest, pickAlpineImage } from './alpine/wanted.ts';
import { alpineCloudKeys, everyAlpineKey } from './keys/alpine.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';

const missing = notFoundIn('alpine');
const arches: Arch[] = ['amd64', 'arm64'];

/**
 * Cloud images of Alpine Linux. Releases: `latest`, a branch (`3.24`), a version (`3.24.2`);
 * snapshots: `3.24.2-r1`. Variants: `cloudinit` (default) and `tiny`, both for UEFI, or with the
 * suffix `-bios`, `-metal` or `-bios-metal`; and `netboot`, the system that runs from memory: its
 * CD image, kernel and initramfs. The snapshots of `netboot` are versions.
 */
export const alpine: Vendor = defineVendor({
  id: 'alpine',
  title: 'Alpine Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: everyAlpineKey,
  evidence: { default: 'documented', netboot: 'captured' },

  async resolve(request, context) {
    refuseParameters(request);
    if (!arches.includes(request.arch)) throw missing('arch', request.arch, arches);
    const wanted = parseAlpineRequest(request);
    const isNamed = wanted?.branch !== undefined;
    const index = await (isNamed ? findAlpineIndex(context) : readAlpineIndex(context));
    if (wanted === undefined) throw noRelease(request.release, index.stable);

    // A branch can be announced before its first cloud image: until then `latest` is the branch
    // before it.
    const branches = wanted.branch === undefined ? index.stable.slice(0, 2) : [wanted.branch];
    if (request.variant?.toLowerCase() === 'netboot') {
      return await resolveNetboot(request, wanted, branches, index, context);
    }
    for (const branch of branches) {
      const images = await listAlpineImages(branch, context);
      if (images.length === 0) continue;
      const image = pickAlpineImage(images, wanted, request);
      const warnings = warn(image, images, wanted, index);
      return {
        ...describe(image, index),
        ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
      };
    }
    // The listed branch has no cloud image either.
    throw noRelease(
      request.release,
      index.stable.filter((branch) => !branches.includes(branch)),
    );
  },

  async *list(context) {
    const index = await readAlpineIndex(context);
    let listed = 0;
    for (const branch of index.stable) {
      const images = (await listAlpineImages(branch, context)).filter((image) => !image.candidate);
      // Old branches have no cloud images: the walk ends at the first branch without one below the
      // newest images.
      if (images.length === 0 && listed > 0) return;
      if (images.length > 0) {
        const netboot = await findNewestNetboot(branch, 'amd64', context);
        yield summarise(branch, images, netboot, listed === 0, index);
      }
      listed += images.length;
    }
  },
});

async function resolveNetboot(
  request: ImageRequest,
  { version, snapshot = version }: AlpineWanted,
  branches: string[],
  index: AlpineIndex,
  context: VendorContext,
): Promise<Resolution> {
  for (const branch of branches) {
    const newest = await findNewestNetboot(branch, request.arch, context);
    if (newest === undefined) continue;
    const isMeant = snapshot === undefined || snapshot === newest.version;
    const found = isMeant ? newest : await findNetbootOf(snapshot, request.arch, context);
    const isOther = version !== undefined && version !== found?.version;
    if (found === undefined || found.branch !== branch || isOther) {
      const field = request.snapshot === undefined ? 'release' : 'snapshot';
      throw missing(field, snapshot ?? '', [newest.version]);
    }
    const eol = index.eol.get(branch);
    const warnings = warnOlder(branch, branches);
    return {
      ...{ release: branch, version: found.version, variant: 'netboot', snapshot: found.version },
      disk: found.disk,
      ...defined({
        boot: context.boot ? found.boot : undefined,
        warnings: warnings.length > 0 ? warnings : undefined,
      }),
      guest: { user: 'root', seed: 'none', ssh: false, ...defined({ eol }) },
    };
  }
  throw noRelease(request.release, index.stable);
}

function describe(image: AlpineImage, index: AlpineIndex): Resolution {
  const eol = index.eol.get(image.branch);
  return {
    release: image.branch,
    version: image.version,
    variant: image.variant,
    snapshot: image.snapshot,
    disk: [
      {
        url: image.url,
        fileName: image.fileName,
        layers: ['qcow2'],
        proofs: [
          { kind: 'signature', signature: openpgp(new URL(`${image.url}.asc`), alpineCloudKeys) },
          // The sidecar file holds only the digest, no file name.
          { kind: 'checksums', url: new URL(`${image.url}.sha512`) },
        ],
      },
    ],
    guest: {
      osIds: ['alpine'],
      user: 'alpine',
      seed: 'nocloud',
      ssh: true,
      firmware: [image.firmware],
      ...defined({ eol }),
    },
  };
}

function warn(
  image: AlpineImage,
  all: AlpineImage[],
  wanted: AlpineWanted,
  index: AlpineIndex,
): Warning[] {
  const warnings = wanted.branch === undefined ? warnOlder(image.branch, index.stable) : [];
  const isOpen = wanted.version === undefined && wanted.snapshot === undefined;
  const newest = all.find((other) => other.arch === image.arch && !other.candidate);
  if (isOpen && newest !== undefined && newest.version !== image.version) {
    const message = `Alpine ${newest.version} has no ${image.variant} image; this one is of ${image.version}`;
    warnings.push({ code: 'older-version', message });
  }
  return warnings;
}

function warnOlder(branch: string, [newest = branch]: string[]): Warning[] {
  if (newest === branch) return [];
  const message = `Alpine ${newest} has no such image yet; the latest is of ${branch}`;
  return [{ code: 'older-release', message }];
}

function summarise(
  branch: string,
  images: AlpineImage[],
  netboot: AlpineNetboot | undefined,
  isLatest: boolean,
  index: AlpineIndex,
): Listing {
  const eol = index.eol.get(branch);
  const version = images[0]?.version;
  return {
    release: branch,
    ...defined({ version, aliases: isLatest ? ['latest'] : undefined }),
    arches: arches.filter((arch) => images.some((image) => image.arch === arch)),
    variants: [
      ...new Set(images.map(({ variant }) => variant).sort()),
      ...(netboot ? ['netboot'] : []),
    ],
    ...defined({ eol }),
  };
}

function noRelease(release: string, known: string[]): NotFoundError {
  const isEdge = release.toLowerCase() === 'edge';
  const hint = 'No cloud image is built of edge: ask for latest, or for a branch such as 3.24.';
  return missing('release', release, known, isEdge ? hint : undefined);
}
