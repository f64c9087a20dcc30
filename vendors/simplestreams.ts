import {
  defined,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  pickBuilds,
  type Resolution,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { readFolderAddress, readParameters } from './shared/parameters.ts';
import { fetchPlainStream, listBuilds, listContents, type Stream } from './shared/simplestreams.ts';
import {
  compareImages,
  listDiskBuilds,
  listProductImages,
  type ProductImage,
  pickStreamDisk,
  plainWord,
} from './simplestreams/images.ts';

const id = 'simplestreams';
const missing = notFoundIn(id);

/**
 * Any Simple Streams server: image servers of LXD and Incus, private ones, Ubuntu's. Parameters: `server` (https
 * address of the tree, or of its `streams/v1/`) and `content` (content id; not needed if the index has one image
 * stream). Releases: version, release, alias or key of a product, `/` and `:` written as `-`, with or without the
 * system's name before it (`24.04`, `noble`, `ubuntu-noble`), or `latest` if versions are numbers of one system.
 * Variants: those of the products, `default` by default. Snapshots: builds, as the server names them.
 *
 * The proof is the digests in the products file, which come over TLS: the signer of a server's `.sjson` is not known
 * here.
 */
export const simplestreams: Vendor = defineVendor({
  id,
  title: 'Simple Streams server',
  apiVersion: 1,
  trust: 'checksum',
  evidence: 'documented',

  async resolve(request, context) {
    const stream = await openStream(request, context);
    const all = listProductImages(stream);
    const release = pickRelease(request.release, all);
    const ofArch = pickBuilds(release, missing, [
      { field: 'arch', wanted: request.arch, nameOf: ({ arch }) => arch },
    ]);
    const image = pickVariant(request, ofArch);
    return describe(stream, image, all, request.snapshot);
  },
});

/** The server's products, from the one requested image stream. */
async function openStream(request: ImageRequest, context: VendorContext): Promise<Stream> {
  const { server, content } = readParameters(request, ['server', 'content']);
  const base = readFolderAddress(
    id,
    'server',
    server?.replace(/\/streams\/v1(?:\/(?:index\.json)?)?$/, '/'),
  );
  const contents = await listContents(base, context);
  const meant = contents.filter(({ contentId }) => content === undefined || contentId === content);
  const [found, ...others] = meant;
  if (found !== undefined && others.length === 0) return fetchPlainStream(base, found, context);
  const known = contents.map(({ contentId }) => contentId);
  const hint = `Give --param content=NAME (parameters), with NAME one of: ${known.join(', ')}.`;
  throw missing('content', content ?? 'default', known, known.length > 0 ? hint : undefined);
}

/** The images of one release of one system, of every architecture and variant. */
function pickRelease(wanted: string, all: ProductImage[]): ProductImage[] {
  const word = plainWord(wanted);
  const named = all.filter(({ names }) => names.includes(word));
  const meant = named.length === 0 && word === 'latest' ? all : named;
  const systems = new Set(meant.map(({ os }) => os));
  const versions = new Set(meant.map(({ version }) => version));
  const isOrdered = versions.size < 2 || meant.every(({ version }) => /^\d/.test(version));
  const [newest] = [...meant].sort(compareImages);
  if (newest === undefined || systems.size > 1 || !isOrdered) {
    const hint =
      meant.length > 1
        ? `Put the name of the system before it: ${wanted} is a release of several systems here.`
        : undefined;
    throw missing('release', wanted, nameReleases(meant.length > 1 ? meant : all, all), hint);
  }
  return meant.filter(({ version }) => version === newest.version);
}

/** The requested variant; else the only one, or the one called default. */
function pickVariant({ variant }: ImageRequest, images: ProductImage[]): ProductImage {
  const known = [...new Set(images.map((image) => image.variant))];
  const wanted =
    variant === undefined ? (known.length === 1 ? known[0] : 'default') : plainWord(variant);
  const [found, other] = images.filter((image) => image.variant === wanted);
  if (found === undefined) throw missing('variant', variant ?? 'default', known);
  if (other === undefined) return found;
  const keys = images.map(({ product }) => plainWord(product.key));
  throw missing('release', found.version, keys, `Ask for one of these: ${keys.join(', ')}.`);
}

function describe(
  stream: Stream,
  image: ProductImage,
  all: ProductImage[],
  snapshot: string | undefined,
): Resolution {
  const builds = listDiskBuilds(stream, image);
  const build = snapshot === undefined ? builds[0] : builds.find((one) => one === snapshot);
  const disk = build === undefined ? undefined : pickStreamDisk(stream, image, build);
  if (build === undefined || disk === undefined) {
    if (snapshot !== undefined && builds.length > 0) throw missing('snapshot', snapshot, builds);
    const withDisk = all.filter((one) => listDiskBuilds(stream, one).length > 0);
    const hint = 'Ask for another variant or release: its builds hold only containers.';
    throw missing('release', image.version, nameReleases(withDisk, all), hint);
  }
  const [newest] = listBuilds(image.product);
  const message = `${image.product.key} ${newest} has no disk; ${build} was the last one with it`;
  const { release, supportEol } = image.product;
  return {
    release: nameRelease(image, all),
    ...defined({
      codename: release !== '' && plainWord(release) !== image.version ? release : undefined,
    }),
    version: image.version,
    variant: image.variant,
    snapshot: build,
    disk: [disk],
    ...defined({
      guest: supportEol !== undefined ? { eol: supportEol } : undefined,
      warnings:
        snapshot === undefined && build !== newest
          ? [{ code: 'outdated-build', message }]
          : undefined,
    }),
  };
}

/** `24.04`, or `rockylinux-9` if the server has several systems. */
function nameRelease({ os, version }: ProductImage, all: ProductImage[]): string {
  const isAlone = new Set(all.map((image) => image.os)).size < 2;
  return isAlone || os === '' ? version : `${os}-${version}`;
}

function nameReleases(images: ProductImage[], all: ProductImage[]): string[] {
  return [...new Set([...images].sort(compareImages).map((image) => nameRelease(image, all)))];
}
