import {
  type Arch,
  compareVersions,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  pickBuild,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { findFolder } from './shared/folder.ts';
import { refuseParameters } from './shared/parameters.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('omnios');
const site = new URL('https://downloads.omnios.org/media/');
const arches: Arch[] = ['amd64'];
const channels = ['stable', 'lts', 'bloody'];

/**
 * OmniOS' cloud image. Releases: the channels `stable` (also `latest`), `lts` and `bloody`, or a release (`r151056`);
 * snapshots: the build in the file name, such as `r151054p`, which includes the refresh. Variant: `cloud`.
 */
export const omnios: Vendor = defineVendor({
  id: 'omnios',
  title: 'OmniOS',
  apiVersion: 1,
  latest: 'stable',
  trust: 'checksum',
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch, variant = 'cloud' } = request;
    if (!arches.includes(arch)) throw missing('arch', arch, arches);
    if (variant.toLowerCase() !== 'cloud') throw missing('variant', variant, ['cloud']);
    const folder = pickFolder(request);
    const images = await findImages(folder, context);
    const wanted = request.snapshot?.toLowerCase();
    if (images === undefined) {
      const isExact = request.release.toLowerCase() === 'latest' && wanted !== undefined;
      if (isExact) throw missing('snapshot', wanted, []);
      throw missing('release', request.release, channels);
    }
    const { snapshot, fileName } = pickBuild(images, missing, [
      { field: 'snapshot', wanted, nameOf: (one) => one.snapshot },
    ]);
    const url = new URL(fileName, folderOf(folder));
    return {
      release: releaseOf(snapshot),
      version: snapshot,
      variant: 'cloud',
      snapshot,
      disk: [
        {
          url,
          fileName,
          layers: ['vmdk'],
          // The sidecar file holds only the digest, no file name.
          proofs: [{ kind: 'checksums', url: new URL(`${url}.sha256`), dialect: 'sums' }],
        },
      ],
    };
  },

  async *list(context) {
    for (const channel of channels) {
      const [newest] = (await findImages(channel, context)) ?? [];
      if (newest === undefined) continue;
      yield {
        release: releaseOf(newest.snapshot),
        version: newest.snapshot,
        aliases: channel === 'stable' ? ['latest', channel] : [channel],
        arches,
        variants: ['cloud'],
      };
    }
  },
});

/** `r151054` of `r151054p`; `bloody`. */
function releaseOf(snapshot: string): string {
  return /^(?:r\d+|bloody)/.exec(snapshot)?.[0] ?? snapshot;
}

/** The folder of a channel or of a release. A snapshot alone is enough to find its folder. */
function pickFolder({ release, snapshot }: ImageRequest): string {
  const token = release.toLowerCase().replace(/^(?=\d{6}$)/, 'r');
  if (token === 'latest' && snapshot !== undefined) {
    const named = /^(?:r\d{6}|bloody)/.exec(snapshot.toLowerCase())?.[0];
    if (named !== undefined) return named;
  }
  if (token === 'latest') return 'stable';
  if (channels.includes(token) || /^r\d{6}$/.test(token)) return token;
  throw missing('release', release, channels);
}

function folderOf(name: string): URL {
  return new URL(`${name}/`, site);
}

interface OmniosImage {
  snapshot: string;
  fileName: string;
}

/** Newest first; `undefined` if the folder does not exist. */
async function findImages(
  name: string,
  context: VendorContext,
): Promise<OmniosImage[] | undefined> {
  const folder = folderOf(name);
  const entries = await findFolder(folder, context);
  if (entries === undefined) return undefined;
  const images = entries.flatMap(({ name: fileName }) => {
    // Builds must be distinguishable: a name without a number or a date belongs to no build.
    const snapshot = /^omnios-(r\d{6}[a-z]*|bloody-\d{8})\.cloud\.vmdk$/.exec(fileName)?.[1];
    return snapshot === undefined ? [] : [{ snapshot, fileName }];
  });
  if (images.length === 0) throw unusable(folder, 'it lists no cloud image');
  return images.sort((left, right) => compareRefreshes(right.snapshot, left.snapshot));
}

/** Refreshes are `a` … `z`, then `aa` …: a longer suffix is later. */
function compareRefreshes(left: string, right: string): number {
  const [a, b] = [releaseOf(left), releaseOf(right)];
  return compareVersions(a, b) || left.length - right.length || compareVersions(left, right);
}
