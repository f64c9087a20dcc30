import { createHash } from 'node:crypto';
import {
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';
import { makeDisk } from '../fixtures/line.ts';
import { makeImage } from '../fixtures/signed-line.ts';
import { read } from '../vendors/documents/debian.ts';

const MiB = 1024 ** 2;
const hosts = [
  'cloud-images.ubuntu.com',
  'cloud.debian.org',
  'ftp.debian.org',
  'images.example.org',
];

/** The vendors of the walk-through on loopback, and a company's own server. */
export interface WalkthroughUpstream {
  upstream: Upstream;
  mirrors: Record<string, string>;
  /** Armored; signs instead of Ubuntu. */
  publicKey: string;
  /** The changes of upstream between two commands of the page. */
  newerBuilds(): void;
}

export async function serveWalkthrough(): Promise<WalkthroughUpstream> {
  const upstream = await startUpstream();
  const signer = createOpenpgpSigner();
  const offer = (serial: string, debianSerial: string, seed: number): void => {
    const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
    serveSimpleStreams(upstream, [{ ...build, serial, bytes: makeImage(seed) }], { signer });
    serveDebian(upstream, debianSerial, makeImage(seed + 1));
  };
  offer('20261101', '20261030-2291', 1);
  for (const suite of ['stable', 'trixie']) {
    const release = signer.clearsign(read('trixie.Release'));
    upstream.route(`ftp.debian.org/debian/dists/${suite}/InRelease`, release);
  }
  // The page shows its digest, so it must not depend on the version of a compression library.
  upstream.route('images.example.org/appliance.raw', makeDisk(2 * MiB, 5));
  return {
    upstream,
    mirrors: mirrorsFor(
      upstream,
      hosts.map((host) => `https://${host}/`),
    ),
    publicKey: signer.publicKey,
    newerBuilds: () => offer('20261115', '20261113-2305', 3),
  };
}

/** The newest disk of trixie, with the manifest in the form of cloud.debian.org. */
function serveDebian(upstream: Upstream, serial: string, bytes: Uint8Array): void {
  const ref = `trixie/${serial}/debian-13-genericcloud-amd64-${serial}.qcow2`;
  const sha512 = createHash('sha512').update(bytes).digest('base64').replace(/=+$/, '');
  const upload = {
    apiVersion: 'cloud.debian.org/v1alpha1',
    kind: 'Upload',
    metadata: {
      annotations: { 'cloud.debian.org/digest': `sha512:${sha512}` },
      labels: {
        'cloud.debian.org/vendor': 'genericcloud',
        'cloud.debian.org/version': serial,
        'debian.org/arch': 'amd64',
        'debian.org/dist': 'debian',
        'debian.org/release': 'trixie',
        'upload.cloud.debian.org/image-format': 'qcow2',
        'upload.cloud.debian.org/type': 'release',
      },
    },
    data: { familyRef: null, provider: 'cloud.debian.org', ref },
  };
  const images = 'cloud.debian.org/images/cloud';
  upstream.route(
    `${images}/trixie/latest/debian-13-genericcloud-amd64.json`,
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [upload] }),
  );
  upstream.route(`${images}/${ref}`, bytes);
}
