import {
  type Artifact,
  type ArtifactRole,
  type BundleEntry,
  defined,
  defineVendor,
  digest,
  findBundle,
  notFoundIn,
  type Resolution,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { refuseParameters } from './shared/parameters.ts';

const missing = notFoundIn('bundle');

/**
 * Finished root file systems from the caller's catalog (`bundles`). The release is the name of the
 * bundle, the snapshot is the start of its sha256. Variant: `default`.
 */
export const bundle: Vendor = defineVendor({
  id: 'bundle',
  title: 'Bundles of a catalog',
  apiVersion: 1,
  trust: 'checksum',
  evidence: 'documented',

  async resolve(request, context) {
    context.signal.throwIfAborted();
    refuseParameters(request);
    const { release, arch, variant = 'default', snapshot } = request;
    const entry = findBundle(catalogOf(context), release, { arch });
    if (variant !== 'default') throw missing('variant', variant, ['default']);
    const current = snapshotOf(entry);
    if (snapshot !== undefined && snapshot !== current) {
      throw missing('snapshot', snapshot, [current]);
    }
    const disk = artifactOf(entry);
    return {
      release: entry.name,
      variant: 'default',
      snapshot: current,
      disk: [disk],
      ...defined({ version: entry.version }),
      ...defined(bootOf(entry, disk, context)),
    };
  },

  async *list(context) {
    const images = catalogOf(context).entries.filter(({ kind }) => kind === 'image');
    for (const [release, entries] of Map.groupBy(images, ({ name }) => name)) {
      yield {
        release,
        ...defined({ version: entries[0]?.version }),
        arches: entries.map(({ arch }) => arch),
        variants: ['default'],
      };
    }
  },
});

function catalogOf({ bundles }: VendorContext): NonNullable<VendorContext['bundles']> {
  return bundles ?? { version: 1, entries: [] };
}

function snapshotOf({ sha256 }: BundleEntry): string {
  return sha256.slice(0, 12);
}

function artifactOf(entry: BundleEntry): Artifact {
  const { name, kind, url, sha256, sizeBytes, members } = entry;
  const roles: Record<string, ArtifactRole> =
    kind === 'image'
      ? { 'rootfs.ext4': 'disk', 'manifest.json': 'manifest' }
      : { kernel: 'kernel' };
  for (const member of members) roles[member] = member;
  return {
    url,
    fileName: `${name}.tar.zst`,
    layers: kind === 'image' ? ['zst', 'tar', 'raw'] : ['zst', 'tar'],
    members: roles,
    ...defined({ sizeBytes, entry: kind === 'image' ? 'rootfs.ext4' : undefined }),
    proofs: [digest({ digest: `sha256:${sha256}`, from: 'the bundle catalog' })],
  };
}

/**
 * The bundle's own kernel, else the kernel that it names: from the same catalog, or from another
 * vendor.
 */
function bootOf(
  entry: BundleEntry,
  own: Artifact,
  context: VendorContext,
): Pick<Resolution, 'boot' | 'bootOf'> {
  if (!context.boot) return {};
  const { kernelRef, cmdline, arch } = entry;
  if (entry.members.includes('kernel')) return { boot: startedBy(entry, own, cmdline) };
  if (kernelRef === undefined) return {};
  const named = kernelRef.replace(/^bundle:/i, '');
  if (named.includes(':')) return { bootOf: { reference: named, ...defined({ cmdline }) } };
  const kernel = findBundle(catalogOf(context), named, { arch, kind: 'kernel' });
  return { boot: startedBy(kernel, artifactOf(kernel), cmdline ?? kernel.cmdline) };
}

function startedBy(
  { members }: BundleEntry,
  file: Artifact,
  cmdline: string | undefined,
): NonNullable<Resolution['boot']> {
  const initrd = members.includes('initrd') ? file : undefined;
  return { kernel: file, ...defined({ initrd, cmdline }) };
}
