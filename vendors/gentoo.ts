import {
  type Arch,
  defined,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  type Proof,
  peekSignedText,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import { gentooKeys } from './keys/gentoo.ts';
import { openpgp } from './shared/openpgp.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('gentoo');
const site = new URL('https://distfiles.gentoo.org/releases/');
const arches: Arch[] = ['amd64', 'arm64'];
const variants = ['cloudinit'];

/**
 * Gentoo's weekly cloud image; the last few builds are kept. There are no releases: `latest`
 * (`rolling`), or the build (`20261004T164559Z`), which is also the snapshot. Variant: `cloudinit`.
 */
export const gentoo: Vendor = defineVendor({
  id: 'gentoo',
  title: 'Gentoo',
  apiVersion: 1,
  latest: 'newest',
  trust: 'signed',
  keys: gentooKeys,
  evidence: 'unverified',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch, variant = 'cloudinit' } = request;
    if (!arches.includes(arch)) throw missing('arch', arch, arches);
    if (!variants.includes(variant.toLowerCase())) throw missing('variant', variant, variants);
    const wanted = parseWanted(request);
    // A request that names a build does not need the newest one.
    const latest = wanted === undefined ? await findLatest(arch, context) : undefined;
    const build = wanted ?? latest?.build;
    if (build === undefined) throw missing('arch', arch, []);
    const fileName = `di-${arch}-cloudinit-${build}.qcow2`;
    const url = new URL(`${build}/${fileName}`, folderOf(arch));
    const sums = new URL(`${url}.sha256`);
    const isListed =
      wanted === undefined || (await context.http.find(sums, { signal: context.signal }));
    if (!isListed) {
      const newest = await findLatest(arch, context);
      if (newest?.build !== build) throw missing('snapshot', build, newest ? [newest.build] : []);
    }
    const signature = openpgp('inline', gentooKeys);
    const proofs: Proof[] = [{ kind: 'checksums', url: sums, dialect: 'sums', signature }];
    // Only the pointer, which is signed too, proves that this build is the newest.
    if (wanted === undefined) proofs.push({ kind: 'signature', signature, of: pointerOf(arch) });
    return {
      release: 'rolling',
      version: build,
      variant: 'cloudinit',
      snapshot: build.toLowerCase(),
      disk: [
        {
          url,
          fileName,
          ...defined({ sizeBytes: latest?.sizeBytes }),
          layers: ['qcow2'],
          proofs,
        },
      ],
      guest: {
        osIds: ['gentoo'],
        user: 'gentoo',
        seed: 'nocloud',
        ssh: true,
        ...defined({ firmware: arch === 'arm64' ? startsBy('uefi') : undefined }),
      },
    };
  },

  async *list(context) {
    const found = await Promise.all(arches.map((arch) => findLatest(arch, context)));
    const [latest] = found.filter((one) => one !== undefined);
    if (latest === undefined) throw unusable(pointerOf('amd64'), 'it is not there');
    yield {
      release: 'rolling',
      version: latest.build,
      aliases: ['latest'],
      arches: arches.filter((_, index) => found[index] !== undefined),
      variants,
    };
  },
});

function folderOf(arch: Arch): URL {
  return new URL(`${arch}/autobuilds/`, site);
}
function pointerOf(arch: Arch): URL {
  return new URL(`latest-di-${arch}-cloudinit.txt`, folderOf(arch));
}

/** The requested build, given as a snapshot or as a release; `undefined`: the newest. */
function parseWanted({ release, snapshot }: ImageRequest): string | undefined {
  const isOpen = ['latest', 'rolling'].includes(release.toLowerCase());
  const named = isOpen ? undefined : release.toUpperCase();
  if (named !== undefined && !isBuild(named)) throw missing('release', release, ['latest']);
  const exact = snapshot?.toUpperCase();
  if (exact === undefined) return named;
  if (!isBuild(exact) || (named !== undefined && named !== exact)) {
    throw missing('snapshot', exact, named === undefined ? [] : [named]);
  }
  return exact;
}

function isBuild(word: string): boolean {
  return /^\d{8}T\d{6}Z$/.test(word);
}

/**
 * The content of the pointer file, not yet proved:
 * `20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2 1501626368`.
 */
async function findLatest(
  arch: Arch,
  { http, signal }: VendorContext,
): Promise<{ build: string; sizeBytes: number } | undefined> {
  const url = pointerOf(arch);
  const document = await http.find(url, { signal });
  if (document === undefined) return undefined;
  const line = /^(?:\S*\/)?di-(\w+)-cloudinit-(\d{8}T\d{6}Z)\.qcow2[ \t]+(\d{1,15})[ \t]*\r?$/m;
  const [, word, build, size] = line.exec(peekSignedText(document.text)) ?? [];
  if (build === undefined || word !== arch) throw unusable(url, 'it lists no cloud image');
  return { build, sizeBytes: Number(size) };
}
