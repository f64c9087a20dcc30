import type { Arch } from '../../src/contracts/arch.ts';
import { parseArch } from '../../src/kit/arch.ts';

/** The facts in an image's address, in the words of its vendor. */
export interface NamedImage {
  vendor: string;
  release: string;
  codename?: string;
  version?: string;
  variant: string;
  snapshot: string;
  layers: string[];
  arch: Arch;
}

type Reader = (match: Record<string, string>) => Omit<NamedImage, 'arch' | 'vendor' | 'layers'>;

interface Rule {
  vendor: string;
  /** Has a group `arch`. */
  address: RegExp;
  read: Reader;
  layers?: string[];
}

const releaseAndDate: Reader = ({ major = '', minor = '', date = '' }) => ({
  ...{ release: major, version: minor, snapshot: `${minor}-${date}`, variant: 'base' },
});

/** The vendors' rules for names in this package: release, version, variant and snapshot. */
const rules: Rule[] = [
  {
    vendor: 'almalinux',
    address:
      /\/AlmaLinux-(?<major>\d+)-GenericCloud(?<uefi>-UEFI)?-(?<minor>\d+\.\d+)-(?<date>[\d.]+)\.(?<arch>[a-z0-9_]+?)(?<v2>_v2)?\.qcow2$/,
    read: (match) => ({
      ...releaseAndDate(match),
      variant: `genericcloud${match['uefi'] ? '-uefi' : ''}${match['v2'] ? '-v2' : ''}`,
    }),
  },
  {
    vendor: 'almalinux-kitten',
    address: /\/AlmaLinux-Kitten-GenericCloud-(?<major>\d+)-(?<date>[\d.]+)\.(?<arch>\w+)\.qcow2$/,
    read: ({ major = '', date = '' }) => ({
      ...{ release: major, variant: 'genericcloud', snapshot: date },
    }),
  },
  {
    vendor: 'alpine',
    address:
      /\/nocloud_alpine-(?<version>(?<branch>\d+\.\d+)\.\d+)-(?<arch>\w+)-(?<firmware>bios|uefi)-cloudinit-(?<build>r\d+)\.qcow2$/,
    read: ({ version = '', branch = '', firmware, build }) => ({
      ...{ release: branch, version, snapshot: `${version}-${build}` },
      variant: firmware === 'bios' ? 'cloudinit-bios' : 'cloudinit',
    }),
  },
  {
    vendor: 'arch',
    address: /\/Arch-Linux-(?<arch>\w+)-cloudimg-(?<build>[\d.]+)\.qcow2$/,
    read: ({ build = '' }) => ({
      ...{ release: 'rolling', version: build, snapshot: build, variant: 'cloudimg' },
    }),
  },
  {
    vendor: 'centos-stream',
    address:
      /\/CentOS-Stream-GenericCloud-(?<stream>\d+)-(?<build>\d{8}\.\d+)\.(?<arch>\w+)\.qcow2$/,
    read: ({ stream = '', build = '' }) => ({
      ...{ release: stream, snapshot: build, variant: 'genericcloud' },
    }),
  },
  {
    vendor: 'debian',
    address:
      /\/(?<codename>[a-z]+)\/(?<serial>\d{8}-\d+)\/debian-(?<release>\d+)-(?<variant>[a-z]+)-(?<arch>\w+)-\k<serial>\.qcow2$/,
    read: ({ release = '', codename = '', variant = '', serial = '' }) => ({
      ...{ release, codename, variant, snapshot: serial },
    }),
  },
  {
    vendor: 'fedora',
    address:
      /\/Fedora-Cloud-Base-Generic-(?<build>(?<release>\d+)[-.]\d[\w.-]*?)\.(?<arch>x86_64|aarch64|ppc64le|s390x|riscv64)\.qcow2$/,
    read: ({ release = '', build = '' }) => ({
      ...{ release, version: release, snapshot: build, variant: 'generic' },
    }),
  },
  {
    vendor: 'freebsd',
    address:
      /\/FreeBSD-(?<version>\d+\.\d+)-RELEASE-(?:\w+-)?(?<arch>amd64|aarch64|riscv64)-BASIC-CLOUDINIT-(?<system>ufs|zfs)\.raw\.xz$/,
    read: ({ version = '', system }) => ({
      ...{ release: version, version, snapshot: `${version}-release` },
      variant: `cloudinit-${system}`,
    }),
    layers: ['xz', 'raw'],
  },
  {
    vendor: 'oracle',
    address:
      /\/OL(?<major>\d+)U(?<update>\d+)_(?<arch>\w+?)-kvm(?:-cloud)?-(?<build>b\d+)\.qcow2?$/,
    read: ({ major = '', update, build }) => ({
      ...{ release: major, version: `${major}.${update}`, variant: 'kvm' },
      snapshot: `${major}.${update}-${build}`,
    }),
  },
  {
    vendor: 'rocky',
    address:
      /\/Rocky-(?<major>\d+)-GenericCloud-Base-(?<minor>\d+\.\d+)-(?<date>[\d.]+)\.(?<arch>\w+)\.qcow2$/,
    read: releaseAndDate,
  },
  {
    vendor: 'ubuntu',
    address:
      /\/(?<codename>[a-z]+|[\d.]+)\/release-(?<serial>[\d.]+)\/ubuntu-(?<version>\d+\.\d+)-(?<variant>server|minimal)-cloudimg-(?<arch>\w+)\.img$/,
    read: ({ codename = '', version = '', variant = '', serial = '' }) => ({
      ...{ release: version, version, variant, snapshot: serial },
      ...(/^[a-z]/.test(codename) ? { codename } : {}),
    }),
  },
];

const archWords: Record<string, Arch> = { ppc64el: 'ppc64le', armhf: 'arm' };

/** `undefined` for an address that matches no vendor of this package. */
export function readPinName(vendor: string, address: string): NamedImage | undefined {
  const rule = rules.find((one) => one.vendor === vendor && one.address.test(address));
  const groups = rule?.address.exec(address)?.groups;
  if (rule === undefined || groups === undefined) return undefined;
  const word = groups['arch'] ?? '';
  const layers = rule.layers ?? ['qcow2'];
  return { vendor, ...rule.read(groups), layers, arch: archWords[word] ?? parseArch(word) };
}

/** The default variant of each vendor. */
export const defaultVariants: Record<string, string> = {
  almalinux: 'genericcloud',
  'almalinux-kitten': 'genericcloud',
  alpine: 'cloudinit',
  arch: 'cloudimg',
  'centos-stream': 'genericcloud',
  debian: 'genericcloud',
  fedora: 'generic',
  freebsd: 'cloudinit-ufs',
  oracle: 'kvm',
  rocky: 'base',
  ubuntu: 'server',
};
