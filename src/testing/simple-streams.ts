import { createHash } from 'node:crypto';
import type { OpenpgpSigner } from './openpgp-signer.ts';
import type { Upstream } from './upstream.ts';

/** One build of a distribution's server disk. */
export interface StreamImage {
  version: string;
  codename: string;
  title: string;
  /** The architecture in the distribution's spelling, such as `amd64`. */
  arch: string;
  serial: string;
  bytes: Uint8Array;
  /** Slows the download down, so that tests and people can observe it. */
  bytesPerSecond?: number | undefined;
  /** The files that `boot` finds in `unpacked/` beside the disk, with a separate checksum list. */
  boot?: { kernel: Uint8Array; initrd?: Uint8Array | undefined } | undefined;
}

/** The signer of the site. */
export interface StreamSignature {
  /** Absent: nothing is signed, as on a plain mirror. */
  signer?: OpenpgpSigner | undefined;
  /** Default: now. */
  signedAt?: Date | undefined;
}

const root = 'cloud-images.ubuntu.com/releases/';
const contentId = 'com.ubuntu.cloud:released:download';
const updated = 'Fri, 20 Nov 2026 10:00:00 +0000';

/**
 * Serves a Simple Streams tree as `https://cloud-images.ubuntu.com/releases/` does: index, products with digests and
 * sizes, and the disks under their dated addresses. With a signer the site is signed: `.sjson` twins of index and
 * products, and `SHA256SUMS` with `SHA256SUMS.gpg` beside the disks. Use it with `mirrorsFor(upstream,
 * ['https://cloud-images.ubuntu.com/'])`.
 */
export function serveSimpleStreams(
  upstream: Upstream,
  images: readonly StreamImage[],
  { signer, signedAt = new Date() }: StreamSignature = {},
): void {
  for (const [path, text] of streamDocuments(images, 'json')) upstream.route(root + path, text);
  for (const image of images) {
    upstream.route(root + diskPath(image), image.bytes, { bytesPerSecond: image.bytesPerSecond });
  }
  for (const image of images) serveBoot(upstream, image, signer, signedAt);
  if (signer === undefined) return;
  for (const [path, text] of streamDocuments(images, 'sjson')) {
    upstream.route(root + path, signer.clearsign(text, signedAt));
  }
  for (const [folder, inFolder] of Map.groupBy(images, folderOf)) {
    const list = inFolder.map((image) => `${sha256(image.bytes)} *${fileName(image)}\n`).join('');
    const signature = signer.signDetached(new TextEncoder().encode(list), signedAt);
    upstream.route(`${root}${folder}/SHA256SUMS`, list);
    upstream.route(`${root}${folder}/SHA256SUMS.gpg`, signature);
  }
}

/** Serves kernel and initrd, and their checksum list. */
function serveBoot(
  upstream: Upstream,
  image: StreamImage,
  signer: OpenpgpSigner | undefined,
  signedAt: Date,
): void {
  if (image.boot === undefined) return;
  const stem = fileName(image).replace(/\.img$/, '');
  const folder = `${root}${folderOf(image)}/unpacked/`;
  const lines = Object.entries(image.boot).flatMap(([role, bytes]) => {
    if (bytes === undefined) return [];
    const name = `${stem}-${role === 'kernel' ? 'vmlinuz' : 'initrd'}-generic`;
    upstream.route(folder + name, bytes);
    return [`${sha256(bytes)} *${name}\n`];
  });
  const list = lines.join('');
  upstream.route(`${folder}SHA256SUMS`, list);
  if (signer === undefined) return;
  const signature = signer.signDetached(new TextEncoder().encode(list), signedAt);
  upstream.route(`${folder}SHA256SUMS.gpg`, signature);
}

/** The index and the products file to which it refers. */
function streamDocuments(
  images: readonly StreamImage[],
  extension: 'json' | 'sjson',
): [path: string, text: string][] {
  const path = `streams/v1/${contentId}.${extension}`;
  const byName = Map.groupBy(images, productName);
  const products = Object.fromEntries([...byName].map(([name, builds]) => [name, product(builds)]));
  const content = { datatype: 'image-downloads', format: 'products:1.0', updated };
  const listed = { ...content, path, products: Object.keys(products) };
  const index = { format: 'index:1.0', updated, index: { [contentId]: listed } };
  return [
    [`streams/v1/index.${extension}`, `${JSON.stringify(index, undefined, 1)}\n`],
    [path, `${JSON.stringify({ ...content, content_id: contentId, products }, undefined, 1)}\n`],
  ];
}

/** Every build of one release for one architecture. */
function product(builds: readonly StreamImage[]): object {
  const [{ version, codename, title, arch } = { version: '', codename: '', title: '', arch: '' }] =
    builds;
  const versions = builds.map((build): [string, object] => {
    const { bytes, serial } = build;
    const item = {
      ftype: 'disk1.img',
      path: diskPath(build),
      sha256: sha256(bytes),
      size: bytes.length,
    };
    return [serial, { items: { 'disk1.img': item }, label: 'release' }];
  });
  return {
    aliases: `${version},${codename}`,
    arch,
    os: 'ubuntu',
    release: codename,
    release_codename: title,
    release_title: `${version} LTS`,
    support_eol: '2031-05-29',
    supported: true,
    version,
    versions: Object.fromEntries(versions),
  };
}

function productName({ version, arch }: StreamImage): string {
  return `com.ubuntu.cloud:server:${version}:${arch}`;
}

function folderOf({ codename, serial }: StreamImage): string {
  return `server/releases/${codename}/release-${serial}`;
}

function fileName({ version, arch }: StreamImage): string {
  return `ubuntu-${version}-server-cloudimg-${arch}.img`;
}

function diskPath(image: StreamImage): string {
  return `${folderOf(image)}/${fileName(image)}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
