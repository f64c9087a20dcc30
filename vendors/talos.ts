import {
  type Arch,
  compareVersions,
  defined,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  parseList,
  parseText,
  publicUrl,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { invalidParameter, readFolderAddress, readParameters } from './shared/parameters.ts';
import { unusable } from './shared/unusable.ts';
import { describeAsset, describeBoot, describeBuild } from './talos/files.ts';

const id = 'talos';
const missing = notFoundIn(id);
const publicFactory = 'https://factory.talos.dev/';
/** The schematic without any customization: SHA-256 of `customization: {}` and a newline. */
const emptySchematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
const arches: Arch[] = ['amd64', 'arm64'];
const GiB = 1024 ** 3;

/** The platforms of Talos that boot from a disk image (`pkg/machinery/platforms`). */
const platforms = [
  'nocloud',
  'metal',
  'openstack',
  'akamai',
  'aws',
  'azure',
  'cloudstack',
  'digital-ocean',
  'exoscale',
  'gcp',
  'hcloud',
  'opennebula',
  'oracle',
  'scaleway',
  'upcloud',
  'vmware',
];

/**
 * Talos Linux from an Image Factory. Releases: `latest`, a minor (`1.13`), a version (`v1.13.9`, pre-releases too);
 * snapshots: `v1.13.9-376567988ad3`, version and start of the schematic. Variants are platforms, `nocloud` by default.
 * Parameters: `schematic` (64 hex digits; without it, no customization) and `factory` (https address of another
 * factory).
 */
export const talos: Vendor = defineVendor({
  id,
  title: 'Talos Linux',
  apiVersion: 1,
  latest: 'newest',
  trust: 'tls',
  evidence: 'documented',

  async resolve(request, context) {
    const platform = request.variant?.toLowerCase() ?? 'nocloud';
    if (!arches.includes(request.arch)) throw missing('arch', request.arch, arches);
    if (!platforms.includes(platform)) throw missing('variant', platform, platforms);
    const { factory, schematic } = readFactory(request);

    const version = pickVersion(request, schematic, await listVersions(factory, context));
    const folder = new URL(`image/${schematic}/${version}/`, factory);
    const isPlain = schematic === emptySchematic && factory.href === publicFactory;
    const isAsset = isPlain && platform === 'metal';
    const disk = isAsset
      ? describeAsset(version, `metal-${request.arch}.raw.zst`, ['zst', 'raw'])
      : await describeBuild(folder, `${platform}-${request.arch}`, context);
    const boot = context.boot
      ? await describeBoot(folder, isAsset ? version : undefined, platform, request.arch, context)
      : undefined;
    return {
      release: minorOf(version),
      version: version.slice(1),
      variant: platform,
      snapshot: snapshotOf(version, schematic),
      disk: [disk],
      ...defined({ boot }),
      guest: {
        osIds: ['talos'],
        seed: 'talos',
        ssh: false,
        minDiskBytes: 10 * GiB,
        // The memory of a worker; a control plane needs twice as much.
        minMemoryBytes: GiB,
        // GRUB up to 1.9 and both boot loaders since 1.10 boot with BIOS and UEFI; ARM has only UEFI.
        firmware: request.arch === 'amd64' ? ['bios', 'uefi'] : ['uefi'],
      },
    };
  },

  async *list(context) {
    const versions = (await listVersions(new URL(publicFactory), context)).filter(isFinal);
    const minors = new Set(versions.map(minorOf));
    for (const minor of minors) {
      const version = versions.find((one) => minorOf(one) === minor) ?? minor;
      yield {
        release: minor,
        version: version.slice(1),
        ...defined({ aliases: version === versions[0] ? ['latest'] : undefined }),
        arches,
        variants: platforms,
      };
    }
  },
});

/** `v1.13.9` …, newest first. The order of pre-releases does not matter: they are never chosen as the newest. */
async function listVersions(factory: URL, context: VendorContext): Promise<string[]> {
  const url = new URL('versions', factory);
  const where = publicUrl(url);
  const document = await context.http.get(url, { signal: context.signal });
  const listed = parseList(document.json(), where).map((value, position) =>
    parseText(value, `${where}: [${position}]`),
  );
  // A version becomes part of an address, so entries that are not versions are dropped.
  const versions = listed.filter((text) => /^v\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?$/.test(text));
  if (versions.length === 0) throw unusable(where, 'it lists no version');
  return versions.sort((left, right) => compareVersions(right, left));
}

function isFinal(version: string): boolean {
  return !version.includes('-');
}

/** `1.13` of `v1.13.9`. */
function minorOf(version: string): string {
  return version.replace(/^v(\d+\.\d+)\..*$/, '$1');
}

function snapshotOf(version: string, schematic: string): string {
  return `${version}-${schematic.slice(0, 12)}`;
}

/** The newest release of the request; a pre-release only if the request gives its whole name. */
function pickVersion(request: ImageRequest, schematic: string, versions: string[]): string {
  const token = request.release.toLowerCase().replace(/^(?=\d)/, 'v');
  const meant = versions.filter((version) =>
    token === 'latest'
      ? isFinal(version)
      : version === token || (isFinal(version) && version.startsWith(`${token}.`)),
  );
  if (meant[0] === undefined) {
    throw missing('release', request.release, [...new Set(versions.filter(isFinal).map(minorOf))]);
  }
  if (request.snapshot === undefined) return meant[0];

  const snapshot = request.snapshot.toLowerCase();
  // A snapshot may name any version that belongs to the release of the request.
  const scope = token === 'latest' ? versions : meant;
  const found = scope.find((version) => snapshotOf(version, schematic) === snapshot);
  if (found !== undefined) return found;
  throw missing(
    'snapshot',
    request.snapshot,
    meant.map((version) => snapshotOf(version, schematic)),
    'Give the whole schematic: --param schematic=… (parameters); a snapshot holds only its first digits.',
  );
}

function readFactory(request: ImageRequest): { factory: URL; schematic: string } {
  const { schematic = emptySchematic, factory = publicFactory } = readParameters(request, [
    'schematic',
    'factory',
  ]);
  if (!/^[0-9a-f]{64}$/i.test(schematic)) {
    const hint = 'Give the id of the schematic at the factory: --param schematic=… (parameters).';
    throw invalidParameter(id, 'schematic', 'is not 64 hex digits', hint);
  }
  return {
    factory: readFolderAddress(id, 'factory', factory),
    schematic: schematic.toLowerCase(),
  };
}
