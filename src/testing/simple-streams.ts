import { createHash } from 'node:crypto';
import type { Upstream } from './upstream.ts';

/** One build of a distribution's server disk. */
export interface StreamImage {
  version: string;
  codename: string;
  title: string;
  /** The distribution's own architecture word, such as `amd64`. */
  arch: string;
  serial: string;
  bytes: Uint8Array;
  /** Slows the download down, to watch it. */
  bytesPerSecond?: number | undefined;
}

/**
 * Serves a Simple Streams tree as `https://cloud-images.ubuntu.com/releases/` does: index, products with digests and sizes,
 * and the disks under their dated addresses. Use it with `mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/'])`.
 */
export function serveSimpleStreams(upstream: Upstream, images: readonly StreamImage[]): void {
  const root = 'cloud-images.ubuntu.com/releases/';
  const contentId = 'com.ubuntu.cloud:released:download';
  const productsPath = `streams/v1/${contentId}.json`;
  const products = Object.fromEntries(images.map((image) => [productName(image), product(image)]));
  const updated = 'Fri, 20 Nov 2026 10:00:00 +0000';
  const content = { datatype: 'image-downloads', format: 'products:1.0', updated };
  const listed = { ...content, path: productsPath, products: Object.keys(products) };
  const index = { format: 'index:1.0', updated, index: { [contentId]: listed } };
  upstream.route(`${root}streams/v1/index.json`, JSON.stringify(index));
  const document = { ...content, content_id: contentId, products };
  upstream.route(root + productsPath, JSON.stringify(document));
  for (const image of images) {
    upstream.route(root + diskPath(image), image.bytes, { bytesPerSecond: image.bytesPerSecond });
  }
}

function product(image: StreamImage): object {
  const { version, codename, title, arch, serial, bytes } = image;
  const item = {
    ftype: 'disk1.img',
    path: diskPath(image),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.length,
  };
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
    versions: { [serial]: { items: { 'disk1.img': item }, label: 'release' } },
  };
}

function productName({ version, arch }: StreamImage): string {
  return `com.ubuntu.cloud:server:${version}:${arch}`;
}

function diskPath({ version, codename, arch, serial }: StreamImage): string {
  return `server/releases/${codename}/release-${serial}/ubuntu-${version}-server-cloudimg-${arch}.img`;
}
