import { debian } from '../../../vendors/debian.ts';
import { ubuntu } from '../../../vendors/ubuntu.ts';
import { dists, origins, read, sign } from '../../vendors/documents/debian.ts';
import { base } from '../../vendors/documents/ubuntu.ts';
import type { Pin } from '../read-samples.ts';
import { gnuSums, groupByFolder, hexOf, type PinSite } from './pin-site.ts';

export function debianSite(pins: Pin[]): PinSite {
  const bookworm = read('bookworm.Release');
  const bullseye = bookworm
    .replace('Suite: oldstable', 'Suite: oldoldstable')
    .replace('Codename: bookworm', 'Codename: bullseye')
    .replace(/^Version: .*/m, 'Version: 11.11');
  return {
    vendor: debian,
    origins,
    documents: {
      [`${dists}trixie/InRelease`]: sign(read('trixie.Release')),
      [`${dists}bookworm/InRelease`]: sign(bookworm),
      [`${dists}bullseye/InRelease`]: sign(bullseye),
      ...Object.fromEntries(
        groupByFolder(pins).map(([folder, inside]) => [`${folder}SHA512SUMS`, gnuSums(inside)]),
      ),
    },
    request({ url, fileName }) {
      const [, variant = '', daily = ''] =
        /^debian-\d+-([a-z]+)-[a-z0-9]+(-daily)?-\d+-\d+\.qcow2$/.exec(fileName) ?? [];
      // File names may differ from their folder: `20230802-1460` holds those of 20230717-1444.
      const [, , , release = '', ...folders] = url.pathname.split('/');
      return { release, variant: variant + daily, snapshot: folders.at(-2) ?? '' };
    },
  };
}

const codenames: Record<string, string> = {
  '20.04': 'focal',
  '21.10': 'impish',
  '22.04': 'jammy',
  '22.10': 'kinetic',
  '23.04': 'lunar',
  '23.10': 'mantic',
  '24.04': 'noble',
  '24.10': 'oracular',
  '25.04': 'plucky',
  '25.10': 'questing',
  '26.04': 'resolute',
};

/** Some pins name the folder by version, others by code name: one stream cannot list a serial under both. */
export function ubuntuSite(pins: Pin[]): PinSite {
  const sums = groupByFolder(pins).map(([folder, inside]) => [
    `${folder}SHA256SUMS`,
    gnuSums(inside).replaceAll('  ', ' *'),
  ]);
  return {
    vendor: ubuntu,
    origins: [base],
    documents: Object.fromEntries(sums),
    documentsOf(pin) {
      const { word, tree } = placeOf(pin);
      const contentId = 'com.ubuntu.cloud:released:download';
      const path = `streams/v1/${contentId}.json`;
      const entry = { datatype: 'image-downloads', format: 'products:1.0', path };
      return {
        [`${tree}streams/v1/index.json`]: JSON.stringify({
          format: 'index:1.0',
          index: { [contentId]: { ...entry, products: [`com.ubuntu.cloud:${word}`] } },
        }),
        [tree + path]: JSON.stringify(productsOf(pin, contentId)),
      };
    },
    request(pin) {
      const { version, serial, word } = placeOf(pin);
      return { release: version, snapshot: serial, variant: word };
    },
  };
}

function placeOf({ url, fileName }: Pin) {
  const [, version = '', word = '', arch = ''] =
    /^ubuntu-([\d.]+)-(server|minimal)-cloudimg-(\w+)\.img$/.exec(fileName) ?? [];
  const tree = `${base}${word === 'minimal' ? 'minimal/' : ''}releases/`;
  const serial = /\/release-([\d.]+)\//.exec(url.pathname)?.[1] ?? '';
  return { version, arch, serial, tree, word: word === 'server' ? 'server' : 'minimal' };
}

function productsOf(pin: Pin, contentId: string): object {
  const { version, arch, serial, tree, word } = placeOf(pin);
  const item = {
    ftype: 'disk1.img',
    path: pin.url.href.slice(tree.length),
    sha256: hexOf(pin),
    size: 500_000_000,
  };
  const codename = codenames[version] ?? '';
  const product = {
    ...{ aliases: `${version},${codename}`, arch, os: 'ubuntu', release: codename, version },
    ...{ release_codename: codename, release_title: version, supported: false },
    versions: { [serial]: { items: { 'disk1.img': item }, label: 'release' } },
  };
  return {
    ...{ content_id: contentId, datatype: 'image-downloads', format: 'products:1.0' },
    products: { [`com.ubuntu.cloud:${word}:${version}:${arch}`]: product },
  };
}
