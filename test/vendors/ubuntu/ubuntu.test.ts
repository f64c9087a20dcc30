import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Listing } from '../../../src/kit.ts';
import { ubuntu } from '../../../vendors/ubuntu.ts';
import {
  base,
  changeProducts,
  documents,
  index,
  products,
  read,
  sign,
} from '../documents/ubuntu.ts';
import { listAll, maintenancePage } from '../every/serve-documents.ts';
import { createVendorSite } from '../every/vendor-site.ts';

const site = createVendorSite(ubuntu, [base], documents);
const { resolve } = site;
afterEach(() => site.close());

describe('ubuntu', () => {
  it('finds the newest serial by date and number, in any order of the document', async () => {
    // JavaScript puts keys of only digits first: the last key of noble is 20240605.1.
    const noble = JSON.parse(read('products.json')).products['com.ubuntu.cloud:server:24.04:amd64'];
    expect(Object.keys(noble.versions).at(-1)).toBe('20240605.1');
    expect((await resolve('24.04')).snapshot).toBe('20260705');
    // 20261015, 20261015.2 and 20261015.10 are one day's builds.
    expect((await resolve('26.10')).snapshot).toBe('20261015.10');
  });

  it('takes the newest supported LTS as latest, by its title and not by its version or date', async () => {
    for (const now of ['2024-08-22', '2026-11-20', '2040-01-01']) {
      const image = await resolve('latest', {}, {}, now);
      expect(image.release).toBe('26.04');
    }
    // 25.04 is newer than 24.04, supported and ends in .04, but is not an LTS.
    const ended = changeProducts((product) => {
      if (product['version'] === '26.04') product['supported'] = false;
    });
    expect((await resolve('latest', {}, { [products]: ended })).release).toBe('24.04');
  });

  it('skips products of another kind', async () => {
    const document = JSON.parse(read('products.json'));
    const noble = document.products['com.ubuntu.cloud:server:24.04:amd64'];
    const decoy = { ...noble, versions: {} };
    document.products = { 'com.ubuntu.cloud:core:24.04:amd64': decoy, ...document.products };
    const image = await resolve('24.04', {}, { [products]: sign(JSON.stringify(document)) });
    expect(image.snapshot).toBe('20260705');
  });

  it.each([
    ['noble', '24.04'],
    ['NOBLE', '24.04'],
    ['n', '24.04'],
    ['lts', '26.04'],
    ['Default', '26.04'],
    ['devel', '26.10'],
  ])('reads %s as %s', async (word, version) => {
    expect((await resolve(word)).release).toBe(version);
  });

  it('returns a release past its end of life, with a warning and the date', async () => {
    const image = await resolve('23.10', {}, {}, '2030-01-01');
    expect(image.snapshot).toBe('20240710');
    expect(image.guest?.eol).toBe('2024-07-11');
  });

  it.each([
    ['arm64', 'arm64'],
    ['arm', 'armhf'],
    ['ppc64le', 'ppc64el'],
  ] as const)('requests %s with the Ubuntu word %s', async (arch, word) => {
    const image = await resolve('noble', { arch });
    expect(image.disk[0]?.fileName).toBe(`ubuntu-24.04-server-cloudimg-${word}.img`);
  });

  it('gives no BIOS except for PCs, and no UEFI for a PC before 18.04', async () => {
    expect((await resolve('noble', { arch: 'arm64' })).guest?.firmware).toEqual(['uefi']);
    expect((await resolve('11.04')).guest?.firmware).toEqual(['bios']);
    expect((await resolve('noble', { arch: 'ppc64le' })).guest).not.toHaveProperty('firmware');
  });

  it('reads minimal images from their own stream', async () => {
    const image = await resolve('latest', { variant: 'minimal' });
    expect(image).toMatchObject({ release: '26.04', variant: 'minimal', snapshot: '20260717' });
    expect(image.disk[0]?.url.href).toBe(
      `${base}minimal/releases/resolute/release-20260717/ubuntu-26.04-minimal-cloudimg-amd64.img`,
    );
    expect(site.requests.every((url) => url.startsWith(`GET ${base}minimal/releases/`))).toBe(true);
  });

  it('warns about a stopped flavour: kvm is not in the newest build', async () => {
    const image = await resolve('jammy', { variant: 'kvm' });
    expect(image.snapshot).toBe('20260515');
    expect(image.disk[0]?.fileName).toBe('ubuntu-22.04-server-cloudimg-amd64-disk-kvm.img');
    expect(image.warnings?.[0]?.code).toBe('outdated-build');
    expect(image.warnings?.[0]?.message).toContain('20260705');
    expect((await resolve('jammy')).warnings).toBeUndefined();
  });

  const serials = ['20260705', '20240608', '20240605.1', '20240423'];
  it.each<[string, string, Partial<ImageRequest>, string, string[]]>([
    [
      'a release',
      'nobel',
      {},
      'release',
      ['26.10', '26.04', '25.04', '24.04', '23.10', '22.04', '11.04', '10.10'],
    ],
    ['an architecture', 'noble', { arch: 's390x' }, 'arch', ['amd64', 'arm64', 'arm', 'ppc64le']],
    [
      'a variant',
      'noble',
      { variant: 'desktop' },
      'variant',
      ['server', 'minimal', 'kvm', 'daily', 'minimal-daily'],
    ],
    ['a flavour of a release', 'noble', { variant: 'kvm' }, 'variant', ['server']],
    [
      'a flavour of a build',
      'jammy',
      { variant: 'kvm', snapshot: '20260705' },
      'variant',
      ['server'],
    ],
    ['any disk image', '10.10', {}, 'variant', []],
    ['a serial', 'noble', { snapshot: '20200101' }, 'snapshot', serials],
    ['a serial that is a path', 'noble', { snapshot: '../../evil' }, 'snapshot', serials],
    ['a serial that is a property', 'noble', { snapshot: 'constructor' }, 'snapshot', serials],
  ])(
    'names the available values when there is no %s',
    async (_title, release, more, field, known) => {
      await expect(resolve(release, more)).rejects.toMatchObject({
        code: 'ERR_NOT_FOUND',
        details: { vendor: 'ubuntu', field, known },
      });
    },
  );

  it('does not take amd64v3 as an architecture', async () => {
    const releases = await collect();
    expect(releases.find(({ release }) => release === '26.04')?.arches).toEqual(['amd64', 'arm64']);
  });

  it.each([
    ['a page in place of the index', { [index]: maintenancePage }],
    ['a page in place of the products', { [products]: maintenancePage }],
    ['an index without the stream', { [index]: sign('{"format":"index:1.0","index":{}}') }],
    ['a stream that is cut short', { [products]: sign(read('products.json').slice(0, 900)) }],
    [
      'products of another stream',
      { [products]: sign(read('products.json').replace(':released:', ':daily:')) },
    ],
    [
      'an index that leads elsewhere',
      {
        [index]: sign(
          read('index.json').replace('streams/v1/com.ubuntu.cloud:released:download', '../../evil'),
        ),
      },
    ],
    [
      'a product without versions',
      { [products]: sign(read('products.json').replace('"versions"', '"builds"')) },
    ],
    [
      'a file outside its dated folder',
      { [products]: sign(read('products.json').replaceAll('release-20260705', 'release')) },
    ],
    [
      'an invalid digest',
      { [products]: sign(read('products.json').replaceAll('ffe6203d', 'xxxxxxxx')) },
    ],
  ])('reports bad metadata for %s', async (_title, changed) => {
    await expect(resolve('noble', {}, changed)).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });

  it('reports bad metadata for a page in place of SHA256SUMS', async () => {
    const sums = `${base}releases/noble/release-20260725/SHA256SUMS`;
    await expect(
      resolve('noble', { snapshot: '20260725' }, { [sums]: maintenancePage }),
    ).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });

  it('lists every release that has a disk, newest first', async () => {
    const releases = await collect();
    expect(releases.map(({ release }) => release)).toEqual([
      '26.10',
      '26.04',
      '25.04',
      '24.04',
      '23.10',
      '22.04',
      '11.04',
    ]);
    expect(releases[1]).toEqual({
      release: '26.04',
      codename: 'resolute',
      version: '26.04',
      aliases: ['latest', 'r', 'lts', 'default'],
      arches: ['amd64', 'arm64'],
      variants: ['server', 'minimal'],
      eol: '2031-05-29',
    });
  });

  it('lists only the releases if a mirror has no minimal images', async () => {
    const { [index]: first = '', [products]: second = '' } = documents;
    const releases = await collect({ [index]: first, [products]: second });
    expect(releases.find(({ release }) => release === '26.04')?.variants).toEqual(['server']);
  });
});

async function collect(served: Record<string, string> = documents): Promise<Listing[]> {
  return listAll(ubuntu, await site.serve(served));
}
