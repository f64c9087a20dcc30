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
 * File types that are disks, best first. Servers of LXD and Incus say `disk-kvm.img` of `disk.qcow2`; where both stand in
 * one product of Ubuntu's, `disk1.img` is the general one.
 */
const diskTypes = ['disk1.img', 'disk-kvm.img', 'disk.qcow2', 'disk.img', 'uefi1.img'];

/** A product of a stream, in one wording whatever its site calls things. */
export interface ProductImage {
  product: StreamProduct;
  arch: Arch;
  /** `ubuntu`; empty where the document does not say. */
  os: string;
  /** `24.04`, or the code name where there is no number. */
  version: string;
  variant: string;
  /** Everything that a request may call its release, in lower case; `/` and `:` are written `-`. */
  names: string[];
}

/** The products of an architecture that is known here. */
export function listProductImages(stream: Stream): ProductImage[] {
  return stream.products.flatMap((product) => {
    const arch = findArch(product.arch);
    return arch === undefined ? [] : [describe(product, arch)];
  });
}

function describe(product: StreamProduct, arch: Arch): ProductImage {
  const { key, release, title, aliases } = product;
  const os = plainWord(product.os);
  // Products that say nothing of themselves are told by their key: `net.cirros-cloud:standard:0.3:arm`.
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

/** A word as a reference can hold it. */
export function plainWord(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[/:\s]+/g, '-');
}

/** Its builds that have a disk, newest first. */
export function listDiskBuilds(stream: Stream, { product }: ProductImage): string[] {
  return listBuilds(product).filter((build) =>
    diskTypes.some((type) => pickItem(stream, product, build, type) !== undefined),
  );
}

/** The disk of a build; `undefined` where there is none. */
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
    // A `combined_…_sha256` is of the metadata and the disk one behind the other, and so of no file.
    const reason = `${from} has no digest of ${item.path}, so nothing but TLS vouches for it`;
    const proof: Proof =
      digest === undefined ? { kind: 'tls', reason } : { kind: 'digest', digest, from };
    return {
      url,
      fileName,
      ...defined({ sizeBytes }),
      // What a plain `disk.img` is, no convention says.
      layers: type === 'disk.img' ? [] : ['qcow2'],
      proofs: [proof],
    };
  }
  return undefined;
}

/** Newest first; where versions are words there is no order. */
export function compareImages(left: ProductImage, right: ProductImage): number {
  return compareVersions(right.version, left.version);
}
