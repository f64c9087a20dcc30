import { type Arch, compareVersions, type VendorContext } from '../../src/kit.ts';
import { findFolder } from '../shared/folder.ts';

/** One file of a branch's cloud folder. */
export interface AlpineImage {
  fileName: string;
  url: URL;
  branch: string;
  version: string;
  /** A release candidate. */
  candidate: boolean;
  arch: Arch;
  /** `cloudinit`, `tiny`, then `-bios` and `-metal` where they apply. */
  variant: string;
  firmware: 'bios' | 'uefi';
  /** `3.24.2-r1`. */
  snapshot: string;
}

/**
 * Two naming schemes exist since 3.24.2, where the prefix and the firmware word were dropped:
 * `nocloud_alpine-3.24.1-x86_64-uefi-cloudinit-r0.qcow2` and
 * `alpine-3.24.2-x86_64-cloudinit-r0.qcow2`, which boots with UEFI. Other prefixes (`aws_`, `gcp_`
 * …) are images for a single cloud.
 */
const namePattern =
  /^(?:(nocloud|generic)_)?alpine-((\d+\.\d+)\.\d+(_[a-z0-9]+)?)-(x86_64|aarch64)-(?:(bios|uefi)-)?(cloudinit|tiny)(-metal)?-r(\d{1,9})\.qcow2$/;

/**
 * The images of a branch, best first: by version, then the new scheme, then by build; empty if
 * there are none.
 */
export async function listAlpineImages(
  branch: string,
  context: VendorContext,
): Promise<AlpineImage[]> {
  const folder = new URL(`https://dl-cdn.alpinelinux.org/alpine/v${branch}/releases/cloud/`);
  const entries = (await findFolder(folder, context)) ?? [];
  return entries
    .flatMap(({ name }) => parseName(name, folder) ?? [])
    .sort((left, right) => compareVersions(right.rank, left.rank))
    .map(({ image }) => image);
}

/**
 * `cloudinit-bios-metal`, from its words in any order; a variant that names no firmware means UEFI.
 */
export function canonicalVariant(text: string): string {
  const order = ['cloudinit', 'tiny', 'bios', 'metal'];
  const words = text.toLowerCase().split('-');
  return words
    .filter((word) => word !== 'uefi')
    .sort((left, right) => order.indexOf(left) - order.indexOf(right))
    .join('-');
}

function parseName(
  fileName: string,
  folder: URL,
): { image: AlpineImage; rank: string } | undefined {
  const match = namePattern.exec(fileName);
  if (match === null) return undefined;
  const [, prefix, version = '', branch = '', suffix, machine, word, flavour, metal, build] = match;
  const firmware = word === 'bios' ? 'bios' : 'uefi';
  const isNewScheme = prefix === undefined && word === undefined;
  return {
    image: {
      fileName,
      url: new URL(fileName, folder),
      branch,
      version,
      candidate: suffix !== undefined,
      arch: machine === 'x86_64' ? 'amd64' : 'arm64',
      variant: `${flavour}${firmware === 'bios' ? '-bios' : ''}${metal ?? ''}`,
      firmware,
      snapshot: `${version}-r${build}`,
    },
    rank: [version, isNewScheme ? 1 : 0, build, prefix === 'nocloud' ? 1 : 0].join('.'),
  };
}
