import {
  type Arch,
  type Artifact,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  notFoundIn,
  parseAssignments,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { flatcarKeys } from './keys/flatcar.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('flatcar');
const channels = ['stable', 'beta', 'alpha', 'lts'];
const arches: Arch[] = ['amd64', 'arm64'];

/**
 * The disk's file, best first: newer builds are compressed inside the qcow2 and have no outer
 * codec.
 */
const flavours = new Map<string, { name: string; layers: string[] }[]>([
  [
    'qemu',
    [
      { name: 'flatcar_production_qemu_image.img', layers: ['qcow2'] },
      { name: 'flatcar_production_qemu_image.img.bz2', layers: ['bz2', 'qcow2'] },
    ],
  ],
  [
    'qemu-uefi',
    [
      { name: 'flatcar_production_qemu_uefi_image.img', layers: ['qcow2'] },
      { name: 'flatcar_production_qemu_uefi_image.img.bz2', layers: ['bz2', 'qcow2'] },
    ],
  ],
  ['netboot', [{ name: 'flatcar_production_iso_image.iso', layers: ['iso'] }]],
]);

/**
 * Flatcar Container Linux. Releases: the channels `stable` (also `latest`), `beta`, `alpha`, `lts`,
 * one stream of `lts` (`lts-2024`), or a version (`4230.2.4`); snapshots: a version. Variants:
 * `qemu` (default on amd64), `qemu-uefi` (default on arm64), and `netboot`: the ISO with its
 * kernel.
 */
export const flatcar: Vendor = defineVendor({
  id: 'flatcar',
  title: 'Flatcar Container Linux',
  apiVersion: 1,
  latest: 'stable',
  trust: 'signed',
  keys: flatcarKeys,
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch } = request;
    if (!arches.includes(arch)) throw missing('arch', arch, arches);
    const variant = request.variant?.toLowerCase() ?? (arch === 'arm64' ? 'qemu-uefi' : 'qemu');
    const { release, version, folder } = await findBuild(request, context);
    const disk = await findDisk(variant, folder, context);
    if (disk === undefined) throw missing('variant', variant, variantsBut(variant));
    return {
      release,
      version,
      variant,
      snapshot: version,
      disk: [disk],
      ...defined({
        boot:
          variant === 'netboot'
            ? {
                kernel: describe('flatcar_production_pxe.vmlinuz', [], folder),
                initrd: describe('flatcar_production_pxe_image.cpio.gz', [], folder),
                cmdline: 'flatcar.first_boot=1',
              }
            : undefined,
      }),
      guest: guestFacts(variant),
    };
  },

  async *list(context) {
    for (const channel of channels) {
      const found = await Promise.all(
        arches.map((arch) => findVersion(folderOf(channel, arch, 'current'), context)),
      );
      const [version] = found.filter((one) => one !== undefined);
      if (version === undefined) continue;
      yield {
        release: channel,
        version,
        ...defined({ aliases: channel === 'stable' ? ['latest'] : undefined }),
        arches: arches.filter((_, index) => found[index] !== undefined),
        variants: [...flavours.keys()],
      };
    }
  },
});

interface FlatcarBuild {
  release: string;
  version: string;
  folder: URL;
}

async function findBuild(
  { release, snapshot, arch }: ImageRequest,
  context: VendorContext,
): Promise<FlatcarBuild> {
  const token = release.toLowerCase();
  const isVersion = /^\d+\.\d+\.\d+$/.test(token);
  const year = /^lts-(\d{4})$/.exec(token)?.[1];
  const channel = token === 'latest' ? 'stable' : year === undefined ? token : 'lts';
  if (!isVersion && !channels.includes(channel)) throw missing('release', release, channels);

  const wanted = snapshot ?? (isVersion ? token : undefined);
  if (wanted === undefined) {
    const moving = folderOf(channel, arch, year === undefined ? 'current' : `current-${year}`);
    const version = await findVersion(moving, context);
    if (version === undefined) throw missing('release', release, channels);
    const name = year === undefined ? channel : token;
    return { release: name, version, folder: folderOf(channel, arch, version) };
  }
  if (isVersion && wanted !== token) throw missing('snapshot', wanted, [token]);
  // A version belongs to one channel, and the request may not name that channel.
  const isOpen = isVersion || token === 'latest';
  for (const candidate of /^\d+\.\d+\.\d+$/.test(wanted) ? channels : []) {
    if (!isOpen && candidate !== channel) continue;
    const folder = folderOf(candidate, arch, wanted);
    const version = await findVersion(folder, context);
    if (version === undefined) continue;
    if (version !== wanted) throw unusable(folder, `its version.txt belongs to ${version}`);
    return { release: year === undefined ? candidate : token, version, folder };
  }
  throw missing(isVersion ? 'release' : 'snapshot', wanted, isVersion ? channels : []);
}

function folderOf(channel: string, arch: Arch, version: string): URL {
  return new URL(`https://${channel}.release.flatcar-linux.net/${arch}-usr/${version}/`);
}

/** Reads `version.txt`; `undefined` if the folder does not exist. */
async function findVersion(
  folder: URL,
  { http, signal }: VendorContext,
): Promise<string | undefined> {
  const url = new URL('version.txt', folder);
  const document = await http.find(url, { signal });
  if (document === undefined) return undefined;
  const version = parseAssignments(document.text, url.href).get('FLATCAR_VERSION') ?? '';
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw unusable(url, 'it has no FLATCAR_VERSION');
  return version;
}

/** The list of digests beside a file shows that the file exists; `undefined` if there is none. */
async function findDisk(
  variant: string,
  folder: URL,
  { http, signal }: VendorContext,
): Promise<Artifact | undefined> {
  for (const { name, layers } of flavours.get(variant) ?? []) {
    const list = await http.find(new URL(`${name}.DIGESTS`, folder), { signal });
    if (list !== undefined) return describe(name, layers, folder);
  }
  return undefined;
}

function describe(name: string, layers: string[], folder: URL): Artifact {
  const url = new URL(name, folder);
  return {
    url,
    fileName: name,
    layers,
    proofs: [
      { kind: 'signature', signature: openpgp(new URL(`${url}.sig`), flatcarKeys) },
      { kind: 'checksums', url: new URL(`${url}.DIGESTS`), dialect: 'sums' },
    ],
  };
}

function guestFacts(variant: string): GuestFacts {
  return {
    osIds: ['flatcar'],
    user: 'core',
    seed: 'ignition',
    ssh: true,
    ...defined({ firmware: variant === 'qemu-uefi' ? startsBy('uefi') : undefined }),
  };
}

function variantsBut(variant: string): string[] {
  return [...flavours.keys()].filter((one) => one !== variant);
}
