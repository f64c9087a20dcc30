import {
  type Arch,
  compareVersions,
  type Digest,
  defined,
  parseDigest,
  parseList,
  parseNumber,
  parseOptional,
  parseRecord,
  parseText,
  type VendorContext,
} from '../../src/kit.ts';
import { findFolder } from '../shared/folder.ts';
import { rpmWords } from '../shared/rpm-arches.ts';
import { unusable } from '../shared/unusable.ts';

/** One qcow2 file of a release, for one architecture. */
export interface FedoraImage {
  fileName: string;
  url: URL;
  /** The same file on Fedora's own server; the public host redirects to a mirror. */
  origin: URL;
  /** `44`, `45-beta`. */
  release: string;
  arch: Arch;
  /** `generic`, `uki`. */
  variant: string;
  /** Version and compose: `44-1.7`. */
  build: string;
  /**
   * The list of digests beside it, on Fedora's own server: under the name that the folder listing
   * shows, or under the expected name.
   */
  sums: URL;
  /** As listed in the index. */
  digest?: Digest;
  sizeBytes?: number;
}

export const fedoraIndex: URL = new URL('https://fedoraproject.org/releases.json');
export const fedoraArches: Arch[] = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64'];

const publicHost = 'download.fedoraproject.org';
const ownHost = 'dl.fedoraproject.org';

/**
 * The position of the architecture has changed twice: `Fedora-Cloud-Base-39-1.5.x86_64`,
 * `-Generic.x86_64-40-1.14`, `-Generic-41-1.4.x86_64`; RISC-V has builds such as
 * `41.20250224-1026a2d0e311`.
 */
const namePattern =
  /^Fedora-Cloud-Base(?:-(Generic|UEFI-UKI))?(?:\.(\w+))?-((\d+)[-.]\d[\w.-]*?)(?:\.(x86_64|aarch64|ppc64le|s390x|riscv64))?\.qcow2$/;

/**
 * The images that Fedora's index lists, newest first. A release leaves the index on the day of its
 * end of life.
 */
export async function readFedoraIndex({ http, signal }: VendorContext): Promise<FedoraImage[]> {
  const document = await http.get(fedoraIndex, { signal });
  const images = parseList(document.json(), `${fedoraIndex}`).flatMap((value, position) => {
    const where = `${fedoraIndex}: [${position}]`;
    const row = parseRecord(value, where);
    return row['variant'] === 'Cloud' ? readRow(row, where) : [];
  });
  if (images.length === 0) throw unusable(fedoraIndex, 'it lists no cloud image');
  return images.sort(newestFirst);
}

/** The images in the folders of a release that the index does not list, newest first; empty if there are none. */
export async function findFedoraImages(
  release: string,
  arch: Arch,
  context: VendorContext,
): Promise<FedoraImage[]> {
  for (const folder of foldersOf(release, arch)) {
    const names = ((await findFolder(folder, context)) ?? []).map(({ name }) => name);
    // A release that moved to the archive can leave behind a folder that holds only a README.
    const images = names.flatMap((name) => describeFile(new URL(name, folder), release) ?? []);
    const lists = names.filter((name) => name.endsWith('-CHECKSUM'));
    const found = images
      .filter((image) => image.arch === arch)
      .map((image): FedoraImage => {
        const own = lists.find((name) => image.sums.pathname.endsWith(`/${name}`)) ?? lists[0];
        return own === undefined ? image : { ...image, sums: new URL(own, folder) };
      });
    if (found.length > 0) return found.sort(newestFirst);
  }
  return [];
}

function readRow(row: Record<string, unknown>, where: string): FedoraImage[] {
  const link = parseText(row['link'], `${where}.link`);
  if (!link.endsWith('.qcow2')) return [];
  const url = URL.parse(link);
  if (url?.protocol !== 'https:')
    throw unusable(where, `${JSON.stringify(link)} is not an https link`);
  const version = parseText(row['version'], `${where}.version`);
  const release = version.toLowerCase().replace(' ', '-');
  // The row of ppc64le says ppc64, and some rows give no architecture: the file name is reliable.
  const image = /^\d+(-beta)?$/.test(release) ? describeFile(url, release) : undefined;
  if (image === undefined) return [];
  const digest = parseOptional(row['sha256'], `${where}.sha256`, parseDigest);
  const sizeBytes = parseOptional(row['size'], `${where}.size`, parseNumber);
  return [
    {
      ...image,
      ...defined({ digest, sizeBytes }),
    },
  ];
}

/**
 * The parts of a file name, compared as whole words; `undefined` for images of a single cloud and
 * for other releases.
 */
function describeFile(address: URL, release: string): FedoraImage | undefined {
  const fileName = address.pathname.split('/').at(-1) ?? '';
  const [, flavour, before, build = '', number, after] = namePattern.exec(fileName) ?? [];
  const word = before ?? after;
  const arch = fedoraArches.find((one) => rpmWords[one] === word);
  if (arch === undefined || number !== release.split('-')[0]) return undefined;
  const [url, origin] = [new URL(address), new URL(address)];
  if (url.host === ownHost) url.host = publicHost;
  if (origin.host === publicHost) origin.host = ownHost;
  const stamp = release.endsWith('-beta') ? build.replace('-', '_Beta-') : build;
  const sums = new URL(`Fedora-Cloud-${stamp}-${word}-CHECKSUM`, origin);
  const variant = flavour === 'UEFI-UKI' ? 'uki' : 'generic';
  return { fileName, url, origin, release, arch, variant, build, sums };
}

/** The folder of a current release, then the folder after its end of life. */
function foldersOf(release: string, arch: Arch): URL[] {
  const word = rpmWords[arch];
  const folder = `${release}/Cloud/${word}/images/`;
  const own = `https://${ownHost}/pub/`;
  const archive = 'https://archives.fedoraproject.org/pub/archive/';
  if (arch === 'riscv64') return [new URL(`alt/risc-v/release/${folder}`, own)];
  const isPrimary = arch === 'amd64' || arch === 'arm64';
  const tree = isPrimary ? 'fedora/linux/releases/' : 'fedora-secondary/releases/';
  return [new URL(tree + folder, own), new URL(tree + folder, archive)];
}

function newestFirst(left: FedoraImage, right: FedoraImage): number {
  const order = compareVersions(right.release, left.release);
  return order === 0 ? compareVersions(right.build, left.build) : order;
}
