import {
  type Arch,
  compareVersions,
  defined,
  defineVendor,
  type GuestFacts,
  hasRemedy,
  type Listing,
  newestVersion,
  notFoundIn,
  pickBuild,
  type Vendor,
} from '../src/kit.ts';
import { everyUbuntuKey } from './keys/ubuntu.ts';
import { refuseParameters } from './shared/parameters.ts';
import {
  fetchStream,
  listFileTypes,
  listSerials,
  type StreamProduct,
} from './shared/simplestreams.ts';
import { findUbuntuBoot } from './ubuntu/boot.ts';
import {
  findUnlistedBuild,
  pickListedBuild,
  pickNewestBuild,
  type UbuntuFlavour,
} from './ubuntu/builds.ts';

const missing = notFoundIn('ubuntu');
const site = new URL('https://cloud-images.ubuntu.com/');

/** Debian's port names, which Ubuntu uses; amd64v3 is a separate build and has no OCI word. */
const archWords = new Map<string, Arch>([
  ['amd64', 'amd64'],
  ['arm64', 'arm64'],
  ['armhf', 'arm'],
  ['i386', '386'],
  ['ppc64el', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
]);

const released = { contentId: 'com.ubuntu.cloud:released:download', isDaily: false };
const daily = { contentId: 'com.ubuntu.cloud:daily:download', isDaily: true };
const releases = treeAt('releases/', released);
const minimalReleases = treeAt('minimal/releases/', released);
// Daily builds of servers are also at the root of the site, `/noble/20260725/`, and are kept longer there.
const dailies = treeAt('daily/', daily, site);
const minimalDailies = treeAt('minimal/daily/', daily);
const disk = { fileType: 'disk1.img', endings: ['.img', '-disk1.img'] };
const kvmDisk = { fileType: 'disk-kvm.img', endings: ['-disk-kvm.img'] };
const flavours = new Map<string, UbuntuFlavour>([
  ['server', { ...releases, word: 'server', ...disk }],
  ['minimal', { ...minimalReleases, word: 'minimal', ...disk }],
  ['kvm', { ...releases, word: 'server', ...kvmDisk }],
  ['daily', { ...dailies, word: 'server', ...disk }],
  ['minimal-daily', { ...minimalDailies, word: 'minimal', ...disk }],
]);

function treeAt<Content>(
  path: string,
  content: Content,
  ...more: URL[]
): Content & { base: URL; trees: URL[] } {
  const base = new URL(path, site);
  return { ...content, base, trees: [base, ...more] };
}

/** The kernel parameters that it needs; for other flavours the published kernel differs from the disk's kernel. */
const roots: Record<string, string> = {
  server: 'LABEL=cloudimg-rootfs',
  daily: 'LABEL=cloudimg-rootfs',
  minimal: '/dev/vda1',
  'minimal-daily': '/dev/vda1',
};

/**
 * Ubuntu's cloud images: `server` (default), `minimal`, `kvm` if a release has it; `daily` and `minimal-daily` builds.
 */
export const ubuntu: Vendor = defineVendor({
  id: 'ubuntu',
  title: 'Ubuntu',
  apiVersion: 1,
  latest: 'newest LTS',
  trust: 'signed',
  keys: everyUbuntuKey,
  evidence: {
    default: 'captured',
    daily: 'documented',
    minimal: 'documented',
    'minimal-daily': 'documented',
  },

  async resolve(request, context) {
    refuseParameters(request);
    const variant = request.variant ?? 'server';
    const flavour = flavours.get(variant);
    if (flavour === undefined) throw missing('variant', variant, flavours.keys());

    const stream = await fetchStream(flavour.base, flavour.contentId, context);
    const products = stream.products.filter((product) => wordOf(product) === flavour.word);
    const release = pickRelease(products, request.release);
    const product = pickBuild(release, missing, [
      { field: 'arch', wanted: request.arch, nameOf: ({ arch }) => archWords.get(arch) },
    ]);

    const { snapshot } = request;
    const build =
      snapshot === undefined
        ? pickNewestBuild(stream, product, flavour)
        : (pickListedBuild(stream, product, snapshot, flavour) ??
          (await findUnlistedBuild(product, snapshot, flavour, context)));
    if (build === undefined) {
      const serials = listSerials(product);
      if (snapshot !== undefined && !serials.includes(snapshot)) {
        throw missing('snapshot', snapshot, serials);
      }
      const offered = variantsOf(product, snapshot);
      const hint = `Ask for another release: Ubuntu ${product.version} was published without a disk image.`;
      throw missing('variant', variant, offered, offered.length === 0 ? hint : undefined);
    }
    const root = roots[variant];
    const [best] = build.disk;
    const boot =
      context.boot && best !== undefined && root !== undefined
        ? await findUbuntuBoot(best, request.arch, root, context)
        : undefined;
    return {
      release: product.version,
      codename: product.release,
      version: product.version,
      variant,
      ...build,
      ...defined({ boot }),
      guest: guestFacts(product, request.arch),
    };
  },

  async *list(context) {
    const streams = [await fetchStream(releases.base, releases.contentId, context)];
    for (const { base, contentId } of [minimalReleases, dailies, minimalDailies]) {
      try {
        streams.push(await fetchStream(base, contentId, context));
      } catch (error) {
        // A mirror may hold only the releases.
        const isAbsent = hasRemedy(error, 'transfer') && error.details.status === 404;
        if (!isAbsent) throw error;
      }
    }
    yield* listReleases(streams.flatMap(({ products }) => products));
  },
});

/**
 * The products of one release, one for each architecture; an alias can be used again, and then the newest release wins.
 */
function pickRelease(products: StreamProduct[], wanted: string): StreamProduct[] {
  const word = wanted.toLowerCase();
  const matching = products.filter((product) =>
    word === 'latest' ? isSupportedLts(product) : namesOf(product).includes(word),
  );
  const version = newestVersion(matching.map((product) => product.version));
  if (version === undefined) throw missing('release', wanted, versionsOf(products));
  return products.filter((product) => product.version === version);
}

function* listReleases(products: StreamProduct[]): Iterable<Listing> {
  const latest = newestVersion(products.filter(isSupportedLts).map(({ version }) => version));
  for (const version of versionsOf(products)) {
    const release = products.filter(
      (product) => product.version === version && variantsOf(product).length > 0,
    );
    const [first] = release;
    if (first === undefined) continue;
    const aliases = first.aliases.filter((alias) => alias !== version && alias !== first.release);
    yield {
      release: version,
      codename: first.release,
      version,
      aliases: version === latest ? ['latest', ...aliases] : aliases,
      arches: archesOf(release),
      variants: [...new Set(release.flatMap((product) => variantsOf(product)))],
      ...defined({ eol: first.supportEol }),
    };
  }
}

function guestFacts(product: StreamProduct, arch: Arch): GuestFacts {
  const boots = firmwareOf(product, arch);
  return {
    osIds: ['ubuntu'],
    user: 'ubuntu',
    seed: 'nocloud',
    ssh: true,
    ...defined({ firmware: boots, eol: product.supportEol }),
  };
}

/** Images for PCs boot with UEFI too since 18.04; ppc64le and s390x have firmware of their own. */
function firmwareOf(product: StreamProduct, arch: Arch): ('bios' | 'uefi')[] | undefined {
  if (arch === 'ppc64le' || arch === 's390x') return undefined;
  if (arch !== 'amd64' && arch !== '386') return ['uefi'];
  return compareVersions(product.version, '18.04') < 0 ? ['bios'] : ['bios', 'uefi'];
}

/**
 * The field `supported` stays true for weeks after the end of life, and not every `.04` is an LTS: the title says which
 * release is one.
 */
function isSupportedLts(product: StreamProduct): boolean {
  return product.supported && /\bLTS\b/.test(product.title);
}
function namesOf(product: StreamProduct): string[] {
  return [product.version, product.release, ...product.aliases].map((name) => name.toLowerCase());
}
function versionsOf(products: StreamProduct[]): string[] {
  return [...new Set(products.map(({ version }) => version))].sort((a, b) => compareVersions(b, a));
}
function archesOf(products: StreamProduct[]): Arch[] {
  return [...new Set(products.flatMap(({ arch }) => archWords.get(arch) ?? []))];
}
function variantsOf(product: StreamProduct, serial = listSerials(product)[0] ?? ''): string[] {
  const types = listFileTypes(product, serial);
  return [...flavours].flatMap(([variant, { word, fileType, isDaily }]) =>
    isDailyProduct(product) === isDaily && wordOf(product) === word && types.includes(fileType)
      ? [variant]
      : [],
  );
}
function isDailyProduct({ key }: StreamProduct): boolean {
  return key.startsWith('com.ubuntu.cloud.daily:');
}
function wordOf(product: StreamProduct): string | undefined {
  return product.key.split(':')[1];
}
