import {
  type Artifact,
  type BootFacts,
  defined,
  defineVendor,
  type GuestFacts,
  type ImageRequest,
  notFoundIn,
  type Resolution,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import {
  type CoreosFile,
  type CoreosMachine,
  findCoreosBuild,
  listCoreosBuilds,
  readCoreosStream,
} from './fedora-coreos/builds.ts';
import { everyFedoraKey } from './keys/fedora.ts';
import { fedoraCoreosKeys } from './keys/fedora-coreos.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { pickRpmArches, rpmWords } from './shared/rpm-arches.ts';
import { startsBy } from './shared/starts-by.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('fedora-coreos');
const streams = ['stable', 'testing', 'next'];

/** The platform of the disk, and its formats, best first. */
const flavours = new Map<string, { platform: string; formats: string[] }>([
  ['qemu', { platform: 'qemu', formats: ['qcow2.xz', 'qcow2.gz'] }],
  ['metal', { platform: 'metal', formats: ['raw.xz', 'raw.gz'] }],
  ['openstack', { platform: 'openstack', formats: ['qcow2.xz', 'qcow2.gz'] }],
  ['netboot', { platform: 'metal', formats: ['iso'] }],
]);

/**
 * Fedora CoreOS. Releases: the streams `stable` (also `latest`), `testing`, `next`, or one build (`44.20260905.3.0`);
 * snapshots: a build. Variants: `qemu` (default), `metal`, `openstack`, and `netboot`: the live ISO with its kernel.
 */
export const fedoraCoreos: Vendor = defineVendor({
  id: 'fedora-coreos',
  title: 'Fedora CoreOS',
  apiVersion: 1,
  latest: 'stable',
  trust: 'signed',
  keys: everyFedoraKey,
  evidence: { default: 'captured', netboot: 'documented' },

  async resolve(request, context) {
    refuseParameters(request);
    const variant = request.variant?.toLowerCase() ?? 'qemu';
    const flavour = flavours.get(variant);
    if (flavour === undefined) throw missing('variant', variant, flavours.keys());
    const { stream, machines } = await findMachines(request, context);
    const machine = machines.get(rpmWords[request.arch]);
    if (machine === undefined) {
      throw missing('arch', request.arch, pickRpmArches(machines.keys()));
    }
    const version = machine.versionOf(flavour.platform);
    const disk = describeDisk(machine, variant, version);
    const boot = variant === 'netboot' ? describeNetboot(machine, version ?? '') : {};
    if (version === undefined || disk === undefined || boot === undefined) {
      const offered = variantsOf(machine).filter((one) => one !== variant);
      throw missing('variant', variant, offered);
    }
    return {
      release: stream,
      version,
      variant,
      snapshot: version,
      disk: [disk],
      ...boot,
      guest: guestFacts(request, variant),
    };
  },

  async *list(context) {
    for (const stream of streams) {
      const machines = await readCoreosStream(stream, context);
      const [first] = machines.values();
      const version = first?.versionOf('qemu') ?? first?.versionOf('metal');
      yield {
        release: stream,
        ...defined({ version, aliases: stream === 'stable' ? ['latest'] : undefined }),
        arches: pickRpmArches(machines.keys()),
        variants: first === undefined ? [] : variantsOf(first),
      };
    }
  },
});

/** The requested stream, and what it or its build offers. */
async function findMachines(
  { release, snapshot }: ImageRequest,
  context: VendorContext,
): Promise<{ stream: string; machines: Map<string, CoreosMachine> }> {
  const token = release.toLowerCase();
  const named = token === 'latest' ? 'stable' : streams.find((stream) => stream === token);
  const isBuild = /^\d+\.\d{8}\.\d+\.\d+$/.test(token);
  if (named === undefined && !isBuild) throw missing('release', release, streams);
  const build = snapshot ?? (isBuild ? token : undefined);
  if (named !== undefined && build === undefined) {
    return { stream: named, machines: await readCoreosStream(named, context) };
  }
  if (isBuild && build !== token) throw missing('snapshot', build ?? '', [token]);
  // A build belongs to one stream, and its number does not say to which one.
  const candidates = named === undefined || token === 'latest' ? streams : [named];
  for (const stream of candidates) {
    const machines = await findCoreosBuild(stream, build ?? '', context);
    if (machines !== undefined) return { stream, machines };
  }
  const known = await listCoreosBuilds(named ?? 'stable', context);
  throw missing(isBuild ? 'release' : 'snapshot', build ?? '', isBuild ? streams : known);
}

/** `undefined` if the build has no such disk. */
function describeDisk(
  machine: CoreosMachine,
  variant: string,
  version: string | undefined,
): Artifact | undefined {
  const { platform, formats } = flavours.get(variant) ?? { platform: '', formats: [] };
  for (const format of formats) {
    const file = machine.find(platform, format, 'disk');
    if (file === undefined) continue;
    const layers = format.split('.').reverse();
    const disk = describe(file, layers, version ?? '');
    // For a raw disk, the content inside the codec is the disk.
    if (file.inner !== undefined && layers.at(-1) === 'raw') {
      disk.proofs.push({ kind: 'digest', digest: file.inner, of: 'disk', from: file.from });
    }
    return disk;
  }
  return undefined;
}

function describe(file: CoreosFile, layers: string[], version: string): Artifact {
  const { url, fileName, signature, digest, from } = file;
  // The signature covers only the bytes, and an older image has a valid signature too: the name
  // must be of this build.
  if (version !== '' && !fileName.includes(`-${version}-`)) {
    throw unusable(from, `${JSON.stringify(fileName)} is not a file of the build ${version}`);
  }
  return {
    url,
    fileName,
    layers,
    proofs: [
      { kind: 'signature', signature: openpgp(signature, fedoraCoreosKeys(version)) },
      { kind: 'digest', digest, from },
    ],
  };
}

/**
 * The kernel of the live system runs from memory: it downloads its root file system during boot.
 */
function describeNetboot(
  machine: CoreosMachine,
  version: string,
): Pick<Resolution, 'boot' | 'warnings'> | undefined {
  const [kernel, initramfs, rootfs] = ['kernel', 'initramfs', 'rootfs'].map((role) =>
    machine.find('metal', 'pxe', role),
  );
  if (kernel === undefined || initramfs === undefined || rootfs === undefined) return undefined;
  const boot: BootFacts = {
    kernel: describe(kernel, [], version),
    initrd: describe(initramfs, [], version),
    cmdline: `coreos.live.rootfs_url=${rootfs.url} ignition.firstboot ignition.platform.id=metal`,
  };
  const message = `the guest itself fetches ${rootfs.url} (${rootfs.digest}) when it boots; add ignition.config.url=<address> to the command line`;
  return { boot, warnings: [{ code: 'fetched-by-guest', message }] };
}

function guestFacts({ arch }: ImageRequest, variant: string): GuestFacts {
  return {
    osIds: ['fedora'],
    user: 'core',
    seed: 'ignition',
    ssh: true,
    ...defined({
      firmware: arch === 'arm64' ? startsBy('uefi') : undefined,
      minMemoryBytes: variant === 'netboot' ? 2 * 1024 ** 3 : undefined,
    }),
  };
}

function variantsOf(machine: CoreosMachine): string[] {
  return [...flavours.keys()].filter((variant) => describeDisk(machine, variant, '') !== undefined);
}
