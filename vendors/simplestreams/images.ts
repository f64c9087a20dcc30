import {
  type Arch,
  type Artifact,
  compareVersions,
  defined,
  type Proof,
  publicUrl,
} from '../../src/kit.ts';
import { findArch } from '../shared/arch-words.ts';
import { listBuilds, pickItem, type Stream, type StreamProduct } from '../shared/simplestreams.ts';

/**
 * File types that are disks, best first. Servers of LXD and Incus use `disk-kvm.img` for `disk.qcow2`; if a product of
 * Ubuntu has both, `disk1.img` is the general one.
 */
const diskTypes = ['disk1.img', 'disk-kvm.img', 'disk.qcow2', 'disk.img', 'uefi1.img'];

/** A product of a stream, with the same words for every site. */
export interface ProductImage {
  product: StreamProduct;
  arch: Arch;
  /** `ubuntu`; empty if the document does not say. */
  os: string;
  /** `24.04`, or the code name if there is no number. */
  version: string;
  variant: string;
  /** Every name by which a request may call its release, in lower case; `/` and `:` are written `-`. */
  names: string[];
}

/** The products of the supported architectures. */
export function listProductImages(stream: Stream): ProductImage[] {
  return stream.products.flatMap((product) => {
    const arch = findArch(product.arch);
    return arch === undefined ? [] : [describe(product, arch)];
  });
}

function describe(product: StreamProduct, arch: Arch): ProductImage {
  const { key, release, title, aliases } = product;
  const os = plainWord(product.os);
  // Products without such fields are recognized by their key: `net.cirros-cloud:standard:0.3:arm`.
  const keyed = key.split(':').find((part) => /^\d+(\.\d+)*$/.test(part)) ?? key;
  const version = product.version || release || keyed;
  const names = [version, release, title, key, ...aliases]
    .filter((name) => name !== '')
    .map(plainWord);
  const withOs = os === '' ? [] : names.map((name) => `${os}-${name}`);
  return {
    product,
    arch,
    os,
    version: plainWord(version),
    variant: plainWord(product.variant) || 'default',
    names: [...new Set([...names, ...withOs])],
  };
}

/** A word in the characters that a reference allows. */
export function plainWord(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[/:\s]+/g, '-');
}

/** The builds that have a disk, newest first. */
export function listDiskBuilds(stream: Stream, { product }: ProductImage): string[] {
  return listBuilds(product).filter((build) =>
    diskTypes.some((type) => pickItem(stream, product, build, type) !== undefined),
  );
}

/** The disk of a build; `undefined` if there is none. */
export function pickStreamDisk(
  stream: Stream,
  { product }: ProductImage,
  build: string,
): Artifact | undefined {
  for (const type of diskTypes) {
    const item = pickItem(stream, product, build, type);
    if (item === undefined) continue;
    const { url, fileName, sizeBytes, digest } = item;
    const from = publicUrl(stream.url);
    // A `combined_…_sha256` covers the metadata followed by the disk, and so it is the digest of no file.
    const reason = `${from} has no digest of ${item.path}, so only TLS protects it`;
    const proof: Proof =
      digest === undefined ? { kind: 'tls', reason } : { kind: 'digest', digest, from };
    return {
      url,
      fileName,
      ...defined({ sizeBytes }),
      // No convention defines the format of a plain `disk.img`.
      layers: type === 'disk.img' ? [] : ['qcow2'],
      proofs: [proof],
    };
  }
  return undefined;
}

/** Newest first; versions that are words have no order. */
export function compareImages(left: ProductImage, right: ProductImage): number {
  return compareVersions(right.version, left.version);
}
