import {
  type Arch,
  arches,
  defineVendor,
  type GuestFacts,
  type NotFoundError,
  notFoundIn,
  pickBuild,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { almalinuxKeys, everyAlmalinuxKey } from './keys/almalinux.ts';
import {
  almaFolder,
  canonicalAlmaVariant,
  describeAlmaDisk,
  findAlmaImages,
} from './shared/alma-images.ts';
import { findFolder } from './shared/folder.ts';
import { refuseParameters } from './shared/parameters.ts';
import { pickRpmArches } from './shared/rpm-arches.ts';

const missing = notFoundIn('almalinux-kitten');

/** The only stream: the source of AlmaLinux 10. */
const stream = '10';
const root = new URL('https://kitten.repo.almalinux.org/10-kitten/');

/**
 * AlmaLinux OS Kitten, the development branch of AlmaLinux's next release. Releases: `latest`,
 * `10`, `10-kitten`; snapshots: `20260501.0`. Variants: `genericcloud` (default), and
 * `genericcloud-v2` for amd64 machines of the older baseline.
 */
export const almalinuxKitten: Vendor = defineVendor({
  id: 'almalinux-kitten',
  title: 'AlmaLinux Kitten',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: everyAlmalinuxKey,
  evidence: 'documented',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch, release } = request;
    if (!/^(?:latest|10|10-kitten)$/i.test(release)) throw missing('release', release, [stream]);
    const variant = canonicalAlmaVariant(request.variant);
    const folder = almaFolder(root, arch, variant);
    const images = await findAlmaImages(folder, 'Kitten', context);
    if (images === undefined) throw await noFolder(arch, variant, context);
    const snapshot = request.snapshot?.toLowerCase();
    const image = pickBuild(images, missing, [
      { field: 'variant', wanted: variant, nameOf: (image) => image.variant },
      { field: 'snapshot', wanted: snapshot, nameOf: (image) => image.date },
    ]);
    return {
      release: stream,
      variant,
      snapshot: image.date,
      // Its packages are signed with the key of the release that it becomes.
      disk: [describeAlmaDisk(image, folder, almalinuxKeys(stream))],
      guest: guestFacts(arch),
    };
  },

  async *list(context) {
    const words = await listMachines(context);
    const offered = pickRpmArches(words);
    const [first] = offered;
    if (first === undefined) return;
    const folders = [almaFolder(root, first, 'genericcloud')];
    if (words.includes('x86_64_v2')) folders.push(almaFolder(root, 'amd64', '-v2'));
    const found = folders.map((folder) => findAlmaImages(folder, 'Kitten', context));
    const images = (await Promise.all(found)).flatMap((one) => one ?? []);
    if (images.length === 0) return;
    yield {
      release: stream,
      aliases: ['latest', '10-kitten'],
      arches: offered,
      variants: [...new Set(images.map((image) => image.variant))].sort(),
    };
  },
});

async function listMachines(context: VendorContext): Promise<string[]> {
  const entries = (await findFolder(new URL('cloud/', root), context)) ?? [];
  return entries.map(({ name }) => name);
}

function guestFacts(arch: Arch): GuestFacts {
  const facts: GuestFacts = {
    osIds: ['almalinux'],
    user: 'almalinux',
    seed: 'nocloud',
    ssh: true,
    minDiskBytes: 10 * 1024 ** 3,
    minMemoryBytes: 512 * 1024 ** 2,
  };
  if (arch === 'ppc64le' || arch === 's390x') return facts;
  return { ...facts, firmware: arch === 'amd64' ? ['bios', 'uefi'] : ['uefi'] };
}

async function noFolder(
  arch: Arch,
  variant: string,
  context: VendorContext,
): Promise<NotFoundError> {
  const known = pickRpmArches(await listMachines(context));
  return known.includes(arch)
    ? missing('variant', variant, ['genericcloud'])
    : missing(
        'arch',
        arch,
        arches.filter((one) => known.includes(one)),
      );
}
