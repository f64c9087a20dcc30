import {
  type Arch,
  type Artifact,
  compareVersions,
  type KeySource,
  type VendorContext,
} from '../../src/kit.ts';
import { openpgp } from './openpgp.ts';
import { rpmWords } from './rpm-arches.ts';
import { findSums } from './sums-file.ts';

/** A dated qcow2 file of AlmaLinux or AlmaLinux Kitten. */
export interface AlmaImage {
  fileName: string;
  /** `genericcloud`, `genericcloud-ext4`, `genericcloud-uefi`; with `-v2` for the older baseline of amd64. */
  variant: string;
  /** `9.8`; `10` for Kitten. */
  release: string;
  /** `20260526`, or `20260526.0` since 10. */
  date: string;
}

/** The folder of this architecture below `cloud/`; builds for the x86-64-v2 baseline have a folder of their own. */
export function almaFolder(root: URL, arch: Arch, variant: string): URL {
  const word = arch === 'amd64' && variant.endsWith('-v2') ? 'x86_64_v2' : rpmWords[arch];
  return new URL(`cloud/${word}/images/`, root);
}

/** In lower case; the baseline may also be written as in file names. */
export function canonicalAlmaVariant(text = 'genericcloud'): string {
  return text.toLowerCase().replace(/-x86[-_]64[-_]v2$/, '-v2');
}

/**
 * The dated images that a folder's CHECKSUM names, the best first: the file with the same digest as the `latest` file
 * of its flavour, then the newest. Two dated files can share a digest. `product` is `9`, `Kitten`. `undefined` if there
 * is no list.
 */
export async function findAlmaImages(
  folder: URL,
  product: string,
  context: VendorContext,
): Promise<AlmaImage[] | undefined> {
  const sums = await findSums(new URL('CHECKSUM', folder), context);
  if (sums === undefined) return undefined;
  const [, word = ''] = /\/cloud\/(\w+)\/images\/$/.exec(folder.pathname) ?? [];
  const isLatest = new Set<string>();
  const found: (AlmaImage & { key: string })[] = [];
  for (const { name, digest } of sums) {
    // Compares whole words: OpenNebula images and unknown flavours must not match.
    const [, of, flavour, release = '', date, machine] =
      /^AlmaLinux-(\d+|Kitten)-GenericCloud(-ext4|-UEFI)?-(?:(\d+(?:\.\d+)?)-)?(latest|\d{8}(?:\.\d+)?)\.(\w+)\.qcow2$/.exec(
        name,
      ) ?? [];
    if (of !== product || machine !== word || date === undefined) continue;
    const baseline = word === 'x86_64_v2' ? '-v2' : '';
    const variant = `genericcloud${(flavour ?? '').toLowerCase()}${baseline}`;
    const key = `${variant} ${digest}`;
    if (date === 'latest') isLatest.add(key);
    else if (release !== '') found.push({ fileName: name, variant, release, date, key });
  }
  const rank = ({ key, release, date }: AlmaImage & { key: string }): string =>
    `${isLatest.has(key) ? 1 : 0}.${release}.${date}`;
  return found
    .sort((left, right) => compareVersions(rank(right), rank(left)))
    .map(({ key: _, ...image }) => image);
}

/** The image in its folder; the list beside it has a detached signature. */
export function describeAlmaDisk(
  { fileName }: AlmaImage,
  folder: URL,
  keys: readonly KeySource[],
): Artifact {
  const url = new URL('CHECKSUM', folder);
  const signature = openpgp(new URL('CHECKSUM.asc', folder), keys);
  return {
    url: new URL(fileName, folder),
    fileName,
    layers: ['qcow2'],
    proofs: [{ kind: 'checksums', url, dialect: 'sums', signature }],
  };
}
