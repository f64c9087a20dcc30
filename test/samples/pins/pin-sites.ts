import { almalinux } from '../../../vendors/almalinux.ts';
import { almalinuxKitten } from '../../../vendors/almalinux-kitten.ts';
import { alpine } from '../../../vendors/alpine.ts';
import { arch } from '../../../vendors/arch.ts';
import { centosStream } from '../../../vendors/centos-stream.ts';
import { fedora } from '../../../vendors/fedora.ts';
import { freebsd } from '../../../vendors/freebsd.ts';
import { oracle } from '../../../vendors/oracle.ts';
import { rocky } from '../../../vendors/rocky.ts';
import { origins as almaOrigins } from '../../vendors/documents/almalinux.ts';
import { index as fedoraIndex, origins as fedoraOrigins } from '../../vendors/documents/fedora.ts';
import { indexOf, templates } from '../../vendors/documents/oracle.ts';
import { listing as listRocky, origins as rockyOrigins } from '../../vendors/documents/rocky.ts';
import { listFiles, type Pin } from '../read-samples.ts';
import { bsdSums, gnuSums, groupByFolder, hexOf, type PinSite, secure } from './pin-site.ts';
import { debianSite, ubuntuSite } from './pin-sites-of-debs.ts';

/** By vendor, with the table's names. */
export const pinSites: Record<string, (pins: Pin[]) => PinSite> = {
  almalinux: (pins) => ({
    vendor: almalinux,
    origins: almaOrigins,
    documents: lists(pins, 'CHECKSUM', gnuSums),
    request: ({ fileName }) => ({
      snapshot: first(/-(\d+\.\d+-\d{8}(?:\.\d+)?)\.\w+\.qcow2$/, fileName),
      variant: almaVariant(fileName),
    }),
  }),
  'almalinux-kitten': (pins) => ({
    vendor: almalinuxKitten,
    origins: almaOrigins,
    documents: lists(pins, 'CHECKSUM', gnuSums),
    request: ({ fileName }) => ({
      snapshot: first(/-(\d{8}\.\d+)\.\w+\.qcow2$/, fileName),
      variant: almaVariant(fileName),
    }),
  }),
  alpine: (pins) => ({
    vendor: alpine,
    origins: ['https://alpinelinux.org/', 'https://dl-cdn.alpinelinux.org/'],
    documents: besides(pins, '.sha512', (pin) => `${hexOf(pin)}\n`),
    request: ({ fileName }) => ({
      snapshot: first(/alpine-(\d[\d.]+)-/, fileName) + first(/(-r\d+)\.qcow2$/, fileName),
      variant: fileName.includes('-bios-') ? 'cloudinit-bios' : 'cloudinit',
    }),
  }),
  arch: (pins) => ({
    vendor: arch,
    origins: ['https://geo.mirror.pkgbuild.com/'],
    documents: {
      'https://geo.mirror.pkgbuild.com/images/': listFiles(
        pins.map(({ url }) => `${url.pathname.split('/').at(-2)}/`),
      ),
      ...besides(pins, '.SHA256', (pin) => gnuSums([pin]), listArch),
    },
    request: ({ fileName }) => ({ snapshot: first(/-(\d{8}\.\d+)\.qcow2$/, fileName) }),
  }),
  'centos-stream': (pins) => ({
    vendor: centosStream,
    origins: ['https://cloud.centos.org/'],
    documents: lists(pins, 'CHECKSUM', bsdSums),
    request({ url, fileName }) {
      const release = first(/\/centos\/(\d+)-stream\//, url.pathname);
      const snapshot = first(/-(\d{8}\.\d+)\./, fileName);
      if (release !== '') return { release, snapshot };
      if (url.pathname.startsWith('/altarch/7/')) {
        return 'centos-7 has this file from centos/7, not from altarch/7 (see its own samples)';
      }
      return 'CentOS Linux 8 is no Stream, and no vendor has it';
    },
  }),
  debian: debianSite,
  fedora: (pins) => ({
    vendor: fedora,
    origins: fedoraOrigins,
    documents: {
      [fedoraIndex]: JSON.stringify(pins.filter((pin) => !isRiscv(pin)).map(fedoraRow)),
      ...fedoraFolders(pins.filter(isRiscv)),
    },
    request: ({ fileName }) => ({
      snapshot: first(/-(\d+[-.]\d[\w.-]*?)\.\w+\.qcow2$/, fileName),
    }),
  }),
  freebsd: (pins) => ({
    vendor: freebsd,
    origins: [
      'https://download.freebsd.org/',
      'https://www.freebsd.org/',
      'http://ftp-archive.freebsd.org/',
    ],
    documents: {
      'https://download.freebsd.org/releases/VM-IMAGES/': listFiles(['14.4-RELEASE/']),
      ...Object.fromEntries(
        groupByFolder(pins, ({ href }) => href).flatMap(([folder, inside]) => [
          [folder, listFiles(['CHECKSUM.SHA256', ...inside.map(({ fileName }) => fileName)])],
          [`${folder}CHECKSUM.SHA256`, bsdSums(inside)],
        ]),
      ),
    },
    request: ({ fileName }) => ({
      release: first(/FreeBSD-(\d+\.\d+-RELEASE)/, fileName),
      variant: 'cloudinit-zfs',
    }),
  }),
  oracle: () => ({
    vendor: oracle,
    origins: ['https://yum.oracle.com/'],
    documents: {},
    documentsOf(pin) {
      const major = first(/^OL(\d+)U/, pin.fileName);
      const name = pin.arch === 'amd64' ? `ol${major}` : `ol${major}_aarch64-cloud`;
      const folder = new URL('.', pin.url).href.slice(templates.length, -1);
      return { [`${templates}${name}-template.json`]: indexOf(folder, pin.fileName, hexOf(pin)) };
    },
    request({ fileName }) {
      const [, release = '', update, build] = /^OL(\d+)U(\d+)_.*-b(\d+)\./.exec(fileName) ?? [];
      return { release, snapshot: `${release}.${update}-b${build}` };
    },
  }),
  rocky: (pins) => ({
    vendor: rocky,
    origins: rockyOrigins,
    documents: besides(pins, '.CHECKSUM', (pin) => bsdSums([pin]), listRocky),
    request: ({ fileName }) => ({
      snapshot: first(/-(\d+\.\d+[-.]\d{8}\.\d+)\.\w+\.qcow2$/, fileName).replace(
        /^(\d+\.\d+)\./,
        '$1-',
      ),
    }),
  }),
  ubuntu: ubuntuSite,
};

function first(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[1] ?? '';
}

/** A list of digests in each folder. */
function lists(pins: Pin[], name: string, write: (pins: Pin[]) => string): Record<string, string> {
  return Object.fromEntries(
    groupByFolder(pins).map(([folder, inside]) => [folder + name, write(inside)]),
  );
}

/** Every folder, and a separate document beside each file. */
function besides(
  pins: Pin[],
  ending: string,
  write: (pin: Pin) => string,
  list: (path: string, names: string[]) => string = (_, names) => listFiles(names),
): Record<string, string> {
  const folders = groupByFolder(pins).map(([folder, inside]) => {
    const names = inside.flatMap(({ fileName }) => [fileName, fileName + ending]);
    return [folder, list(new URL(folder).pathname, names)];
  });
  return Object.fromEntries([
    ...folders,
    ...pins.map((pin) => [secure(pin.url) + ending, write(pin)]),
  ]);
}

/** Arch signs each file, and only signed ones count. */
function listArch(_: string, names: string[]): string {
  return listFiles(names.flatMap((name) => [name, `${name}.sig`]));
}

function almaVariant(fileName: string): string {
  const flavour = /GenericCloud-(ext4|UEFI)-/.exec(fileName)?.[1]?.toLowerCase();
  const variant = flavour === undefined ? 'genericcloud' : `genericcloud-${flavour}`;
  return fileName.includes('_v2.') ? `${variant}-v2` : variant;
}

function isRiscv({ arch }: Pin): boolean {
  return arch === 'riscv64';
}

function fedoraRow(pin: Pin): object {
  const [version, , word] = pin.url.pathname.split('/').slice(5);
  return {
    ...{ version, arch: word, link: pin.url.href, variant: 'Cloud', subvariant: 'Cloud_Base' },
    ...{ sha256: hexOf(pin), size: '500000000' },
  };
}

/** The index has no rows of that port: its folders and their lists do. */
function fedoraFolders(pins: Pin[]): Record<string, string> {
  const own = ({ pathname }: URL): string => `https://dl.fedoraproject.org${pathname}`;
  return Object.fromEntries(
    groupByFolder(pins, own).flatMap(([folder, inside]) => {
      const build = first(/-Generic-(.+)\.riscv64/, inside[0]?.fileName ?? '');
      const sums = `Fedora-Cloud-${build}-riscv64-CHECKSUM`;
      return [
        [folder, listFiles([sums, ...inside.map(({ fileName }) => fileName)])],
        [folder + sums, bsdSums(inside)],
      ];
    }),
  );
}
