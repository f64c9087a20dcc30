import {
  type Arch,
  defined,
  defineVendor,
  type GuestFacts,
  type Listing,
  type NotFoundError,
  notFoundIn,
  pickBuild,
  type Resolution,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import {
  type CentosImage,
  findCentosImages,
  listCentosArches,
  listCentosStreams,
} from './centos-stream/images.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';
import { warnStopped } from './shared/stopped-variant.ts';

const missing = notFoundIn('centos-stream');

/** By stream, from endoflife.date (August 2026): CentOS publishes no index with these dates. */
const endOfLife: Record<string, string> = {
  8: '2024-05-31',
  9: '2027-05-31',
  10: '2030-05-31',
};

const synonyms: Record<string, string> = { 'genericcloud-x86_64': 'genericcloud-uefi' };

/**
 * CentOS Stream's cloud images. Releases: `latest`, `10`, `10-stream`; snapshots: `20260714.1`, or
 * the last one of a day. Variants: `genericcloud` (default; on amd64 it boots with BIOS only) and,
 * for amd64, `genericcloud-uefi`.
 */
export const centosStream: Vendor = defineVendor({
  id: 'centos-stream',
  title: 'CentOS Stream',
  apiVersion: 1,
  latest: 'newest',
  trust: 'checksum',
  evidence: 'captured',

  async resolve(request, context) {
    refuseParameters(request);
    const { release, arch, snapshot } = request;
    const wanted = /^(?:latest|(?:stream-?)?(\d+)(?:-stream)?)$/i.exec(release);
    if (wanted === null) throw missing('release', release, await listCentosStreams(context));
    const streams = wanted[1] === undefined ? await listCentosStreams(context) : [wanted[1]];
    for (const stream of streams) {
      const all = await findCentosImages(stream, arch, context);
      if (all.length === 0) continue;
      const variant = canonicalVariant(request.variant);
      const image = pickBuild(all, missing, [
        { field: 'variant', wanted: variant, nameOf: (image) => image.variant },
        {
          field: 'snapshot',
          wanted: snapshot,
          nameOf: ({ build }) => build,
          suits: ({ build }) => snapshot === undefined || `${build}.`.startsWith(`${snapshot}.`),
        },
      ]);
      const warnings = [
        ...warn(stream, streams),
        ...(snapshot === undefined ? warnOld(image, stream, all) : []),
      ];
      return {
        ...describe(image, stream, arch),
        ...defined({ warnings: warnings.length > 0 ? warnings : undefined }),
      };
    }
    throw await noImages(request.release, arch, streams, context);
  },

  async *list(context) {
    let latest = ['latest'];
    for (const stream of await listCentosStreams(context)) {
      const arches = await listCentosArches(stream, context);
      const found = await Promise.all(
        arches.map((arch) => findCentosImages(stream, arch, context)),
      );
      const images = found.flat();
      if (images.length === 0) continue;
      const eol = endOfLife[stream];
      const listing: Listing = {
        release: stream,
        ...defined({ aliases: latest.length > 0 ? latest : undefined }),
        arches: arches.filter((_, index) => found[index]?.length !== 0),
        variants: [...new Set(images.map(({ variant }) => variant))].sort(),
        ...defined({ eol }),
      };
      yield listing;
      latest = [];
    }
  },
});

function describe(image: CentosImage, stream: string, arch: Arch): Resolution {
  const { variant, build, url, fileName, sizeBytes, sums } = image;
  return {
    release: stream,
    variant,
    snapshot: build,
    disk: [
      {
        url,
        fileName,
        ...defined({ sizeBytes }),
        layers: ['qcow2'],
        proofs: [{ kind: 'checksums', url: sums, dialect: 'sums' }],
      },
    ],
    guest: guestFacts(stream, variant, arch),
  };
}

function guestFacts(stream: string, variant: string, arch: Arch): GuestFacts {
  const eol = endOfLife[stream];
  const isUefi = arch === 'arm64' || variant === 'genericcloud-uefi';
  return {
    osIds: ['centos'],
    user: stream === '8' ? 'centos' : 'cloud-user',
    seed: 'nocloud',
    ssh: true,
    ...defined({
      firmware: isUefi || arch === 'amd64' ? startsBy(isUefi ? 'uefi' : 'bios') : undefined,
      eol,
    }),
    minDiskBytes: 10 * 1024 ** 3,
    minMemoryBytes: 512 * 1024 ** 2,
  };
}

/** A stream's folder can exist before its first image. */
function warn(stream: string, streams: string[]): Warning[] {
  if (streams[0] === stream) return [];
  const message = `CentOS Stream ${streams[0]} has no such image yet; the latest is ${stream}`;
  return [{ code: 'older-release', message }];
}

function warnOld({ variant, build }: CentosImage, stream: string, all: CentosImage[]): Warning[] {
  const builds = all.map((image) => image.build);
  return warnStopped(`CentOS Stream ${stream}`, variant, build, builds);
}

function canonicalVariant(variant = 'genericcloud'): string {
  const word = variant.toLowerCase();
  return synonyms[word] ?? word;
}

async function noImages(
  release: string,
  arch: Arch,
  [stream = '']: string[],
  context: VendorContext,
): Promise<NotFoundError> {
  const known = await listCentosStreams(context);
  const others = (await listCentosArches(stream, context)).filter((one) => one !== arch);
  return known.includes(stream) && others.length > 0
    ? missing('arch', arch, others)
    : missing(
        'release',
        release,
        known.filter((one) => one !== stream),
      );
}
