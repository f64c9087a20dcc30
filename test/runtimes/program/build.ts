import { createHash } from 'node:crypto';
import {
  buildQcow2Image,
  buildRawDisk,
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from 'rootdisk/testing';

const MiB = 1024 ** 2;
export const virtualSize: number = 32 * MiB;

/** Enough data for the decoding threads, and nine tenths of zeros. */
export const disk: Uint8Array = buildRawDisk({
  virtualSize,
  extents: [{ position: MiB, bytes: noise(3 * MiB) }],
});

/** A signed build of one release on a server on loopback. */
export interface Site {
  upstream: Upstream;
  image: Uint8Array;
  imagePath: string;
  /** sha256 of the disk inside. */
  diskDigest: string;
  publicKey: string;
  options: {
    arch: string;
    mirrors: Record<string, string>;
    keys: { replace: string[] };
  };
  close(): Promise<void>;
}

export async function serveBuild(): Promise<Site> {
  const upstream = await startUpstream();
  const signer = createOpenpgpSigner();
  const image = packQcow2('zlib');
  const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
  serveSimpleStreams(upstream, [{ ...build, serial: '20261120', bytes: image }], { signer });
  const folder = 'releases/server/releases/noble/release-20261120';
  return {
    upstream,
    image,
    imagePath: `cloud-images.ubuntu.com/${folder}/ubuntu-24.04-server-cloudimg-amd64.img`,
    diskDigest: createHash('sha256').update(disk).digest('hex'),
    publicKey: signer.publicKey,
    options: {
      arch: 'amd64',
      mirrors: mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']),
      keys: { replace: [signer.publicKey] },
    },
    close: () => upstream.close(),
  };
}

/** The disk as a compressed qcow2. */
export function packQcow2(compression: 'zlib' | 'zstd' | 'none'): Uint8Array {
  const extents = [{ position: 0, bytes: disk.subarray(0, 4 * MiB) }];
  return buildQcow2Image({ virtualSize, extents, compression }).bytes;
}

/** Bytes that shrink to about two thirds. */
function noise(length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 48) {
    createHash('sha256').update(String(at)).digest().copy(bytes, at);
  }
  return bytes;
}
