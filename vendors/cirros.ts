import {
  type Arch,
  type Artifact,
  arches,
  compareVersions,
  defined,
  defineVendor,
  type ImageRequest,
  notFoundIn,
  type Proof,
  type Vendor,
  type VendorContext,
  type Warning,
} from '../src/kit.ts';
import { findArch } from './shared/arch-words.ts';
import { findFolder, readFolder } from './shared/folder.ts';
import { refuseParameters } from './shared/parameters.ts';
import { startsBy } from './shared/starts-by.ts';
import { unusable } from './shared/unusable.ts';

const missing = notFoundIn('cirros');
const site = new URL('https://download.cirros-cloud.net/');

/**
 * CirrOS, a system of some 20 MB for tests. Releases: `latest`, a branch (`0.6`), a version
 * (`0.6.3`), which is also the snapshot. Variant: `disk`.
 */
export const cirros: Vendor = defineVendor({
  id: 'cirros',
  title: 'CirrOS',
  apiVersion: 1,
  latest: 'newest',
  trust: 'checksum',
  evidence: 'unverified',

  async resolve(request, context) {
    refuseParameters(request);
    const { arch, variant = 'disk' } = request;
    if (variant.toLowerCase() !== 'disk') throw missing('variant', variant, ['disk']);
    const version = await pickVersion(request, context);
    const files = await listFiles(version, context);
    if (files === undefined) {
      const field = request.snapshot === undefined ? 'release' : 'snapshot';
      throw missing(field, version, await listVersions(context));
    }
    const disk = files.disks.get(arch);
    if (disk === undefined) throw missing('arch', arch, [...files.disks.keys()]);
    return {
      release: branchOf(version),
      version,
      variant: 'disk',
      snapshot: version,
      disk: [describe(disk, files)],
      guest: {
        // Early builds have the os-release of Buildroot.
        osIds: ['cirros', 'buildroot'],
        user: 'cirros',
        seed: 'nocloud',
        ssh: true,
        ...defined({ firmware: arch === 'arm64' ? startsBy('uefi') : undefined }),
      },
      warnings: [defaultPassword],
    };
  },

  async *list(context) {
    const versions = await listVersions(context);
    const latest = await findLatest(context);
    for (const branch of new Set(versions.map(branchOf))) {
      const version = versions.find((one) => branchOf(one) === branch) ?? branch;
      const files = await listFiles(version, context);
      if (files === undefined || files.disks.size === 0) continue;
      yield {
        release: branch,
        version,
        ...defined({ aliases: version === latest ? ['latest'] : undefined }),
        arches: arches.filter((arch) => files.disks.has(arch)),
        variants: ['disk'],
      };
    }
  },
});

const defaultPassword: Warning = {
  code: 'default-password',
  message: 'the user cirros has a published password, shown on its console, and ssh accepts it',
};

/** `0.6` of `0.6.3`. */
function branchOf(version: string): string {
  return version.replace(/^(\d+\.\d+)\..*$/, '$1');
}

async function pickVersion(
  { release, snapshot }: ImageRequest,
  context: VendorContext,
): Promise<string> {
  const token = release.toLowerCase();
  const isBranch = /^\d+\.\d+$/.test(token);
  const isExact = /^\d+\.\d+\.\d+$/.test(token);
  if (token !== 'latest' && !isBranch && !isExact) {
    throw missing('release', release, await listVersions(context));
  }
  if (snapshot !== undefined) {
    const isMeant = token === 'latest' || `${snapshot}.`.startsWith(`${token}.`);
    if (/^\d+\.\d+\.\d+$/.test(snapshot) && isMeant) return snapshot;
    throw missing('snapshot', snapshot, await listVersions(context));
  }
  if (isExact) return token;
  if (!isBranch) return findLatest(context);
  const versions = await listVersions(context);
  const newest = versions.find((version) => branchOf(version) === token);
  if (newest === undefined) throw missing('release', release, versions);
  return newest;
}

async function findLatest({ http, signal }: VendorContext): Promise<string> {
  const url = new URL('version/released', site);
  const version = (await http.get(url, { signal })).text.trim();
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw unusable(url, 'it has no version');
  return version;
}

/** Newest first, without pre-releases such as `0.6.0-pre1`. */
async function listVersions(context: VendorContext): Promise<string[]> {
  const names = (await readFolder(site, context)).map(({ name }) => name);
  const versions = names.filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  if (versions.length === 0) throw unusable(site, 'it lists no version');
  return versions.sort((left, right) => compareVersions(right, left));
}

interface CirrosFiles {
  folder: URL;
  names: Set<string>;
  /** File names. */
  disks: Map<Arch, string>;
}

async function listFiles(
  version: string,
  context: VendorContext,
): Promise<CirrosFiles | undefined> {
  const folder = new URL(`${version}/`, site);
  const entries = await findFolder(folder, context);
  if (entries === undefined) return undefined;
  const disks = new Map<Arch, string>();
  for (const { name } of entries) {
    const begin = `cirros-${version}-`;
    const arch = findArch(name.slice(begin.length, -'-disk.img'.length));
    if (arch === undefined || !name.startsWith(begin) || !name.endsWith('-disk.img')) continue;
    disks.set(arch, name);
  }
  return { folder, names: new Set(entries.map(({ name }) => name)), disks };
}

/** The file is a qcow2 although its name ends in `.img`. */
function describe(fileName: string, { folder, names }: CirrosFiles): Artifact {
  const list = ['SHA256SUMS', 'SHA512SUMS'].find((name) => names.has(name));
  const reason = `${folder} has at most a list of MD5 digests, so only TLS protects it`;
  const proof: Proof =
    list === undefined
      ? { kind: 'tls', reason }
      : { kind: 'checksums', url: new URL(list, folder), dialect: 'sums' };
  return { url: new URL(fileName, folder), fileName, layers: ['qcow2'], proofs: [proof] };
}
