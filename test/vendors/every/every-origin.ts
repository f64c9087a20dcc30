import { builtIns } from '../../../src/index.ts';
import type { Vendor } from '../../../src/kit.ts';
/** Every origin that a built-in vendor uses. */
export const everyOrigin: readonly string[] = [
  'https://alpinelinux.org/',
  'https://api.github.com/',
  'https://archives.fedoraproject.org/',
  'https://builds.coreos.fedoraproject.org/',
  'https://cdn.amazonlinux.com/',
  'https://cloud-images.ubuntu.com/',
  'https://cloud.centos.org/',
  'https://cloud.debian.org/',
  'https://distfiles.gentoo.org/',
  'https://dl-cdn.alpinelinux.org/',
  'https://dl.fedoraproject.org/',
  'https://dl.rockylinux.org/',
  'https://download.cirros-cloud.net/',
  'https://download.freebsd.org/',
  'https://download.opensuse.org/',
  'https://downloads.omnios.org/',
  'https://factory.talos.dev/',
  'https://fedoraproject.org/',
  'https://files.example/',
  'https://ftp.debian.org/',
  'https://geo.mirror.pkgbuild.com/',
  'https://github.com/',
  'https://kali.download/',
  'https://quay.io/',
  'https://kitten.repo.almalinux.org/',
  'https://repo.almalinux.org/',
  'https://vault.almalinux.org/',
  'https://www.freebsd.org/',
  'https://yum.oracle.com/',
  'http://ftp-archive.freebsd.org/',
  ...['stable', 'beta', 'alpha', 'lts'].map((one) => `https://${one}.release.flatcar-linux.net/`),
];
/** The parameters for vendors of a private folder or server. */
export const ownParameters: Record<string, Record<string, string>> = {
  'http-index': { url: 'https://files.example/disks/' },
  simplestreams: { server: 'https://files.example/' },
};

/** The vendors with an upstream. The catalog of bundles is a file of the caller, and its digests are pins. */
export const upstreamVendors: readonly Vendor[] = builtIns.vendors.filter(
  ({ id }) => id !== 'bundle',
);
