import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Listing, Resolution } from '../../src/kit.ts';
import { ubuntu } from '../../vendors/ubuntu.ts';
import { type Documents, listAll, maintenancePage, serveDocuments } from './serve-documents.ts';
import { base, changeProducts, documents, index, products, read } from './ubuntu-documents.ts';

const origins = [base];
let site: Documents | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

async function resolve(
  release: string,
  more: Partial<ImageRequest> = {},
  changed: Record<string, string> = {},
  now?: string,
): Promise<Resolution> {
  await site?.close();
  site = await serveDocuments(origins, { ...documents, ...changed });
  const context = now === undefined ? site.context : site.at(now);
  return ubuntu.resolve({ vendor: 'ubuntu', release, arch: 'amd64', ...more }, context);
}

describe('ubuntu', () => {
  it('answers with the dated file, its digest and its size from two documents, and touches no image', async () => {
    const image = await resolve('24.04');
    expect(image).toMatchObject({
      release: '24.04',
      codename: 'noble',
      version: '24.04',
      variant: 'server',
      snapshot: '20260705',
      disk: [
        {
          fileName: 'ubuntu-24.04-server-cloudimg-amd64.img',
          sizeBytes: 629_145_600,
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'digest',
              digest: 'sha256:ffe6203da54deeb6db5d2a98a83f9ec8e55f149d3f7ba622e1abe5fa966ee3d6',
              from: products,
            },
          ],
        },
      ],
      guest: {
        user: 'ubuntu',
        seed: 'nocloud',
        ssh: true,
        firmware: ['bios', 'uefi'],
        eol: '2029-05-31',
      },
    });
    expect(image.disk[0]?.url.href).toBe(
      `${base}releases/server/releases/noble/release-20260705/ubuntu-24.04-server-cloudimg-amd64.img`,
    );
    expect(site?.requests).toEqual([`GET ${index}`, `GET ${products}`]);
  });

  it('finds the newest serial by date and number, whatever the order of the document', async () => {
    // JavaScript puts all-digit keys first: the last key of noble is 20240605.1.
    const noble = JSON.parse(read('products.json')).products['com.ubuntu.cloud:server:24.04:amd64'];
    expect(Object.keys(noble.versions).at(-1)).toBe('20240605.1');
    expect((await resolve('24.04')).snapshot).toBe('20260705');
    // 20261015, 20261015.2 and 20261015.10 are one day's builds.
    expect((await resolve('26.10')).snapshot).toBe('20261015.10');
  });

  it('takes the newest supported LTS for latest: the title decides, not the version or the day', async () => {
    for (const now of ['2024-08-22', '2026-11-20', '2040-01-01']) {
      const image = await resolve('latest', {}, {}, now);
      expect(image.release).toBe('26.04');
    }
    // 25.04 is newer than 24.04, supported and ends in .04, but no LTS.
    const ended = changeProducts((product) => {
      if (product['version'] === '26.04') product['supported'] = false;
    });
    expect((await resolve('latest', {}, { [products]: ended })).release).toBe('24.04');
  });

  it('passes over products of another kind', async () => {
    const document = JSON.parse(read('products.json'));
    const noble = document.products['com.ubuntu.cloud:server:24.04:amd64'];
    const decoy = { ...noble, versions: {} };
    document.products = { 'com.ubuntu.cloud:core:24.04:amd64': decoy, ...document.products };
    const image = await resolve('24.04', {}, { [products]: JSON.stringify(document) });
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

  it('serves a release past its end of life and says when that was', async () => {
    const image = await resolve('23.10', {}, {}, '2030-01-01');
    expect(image.snapshot).toBe('20240710');
    expect(image.guest?.eol).toBe('2024-07-11');
  });

  it.each([
    ['arm64', 'arm64'],
    ['arm', 'armhf'],
    ['ppc64le', 'ppc64el'],
  ] as const)('asks for %s by Ubuntu word %s', async (arch, word) => {
    const image = await resolve('noble', { arch });
    expect(image.disk[0]?.fileName).toBe(`ubuntu-24.04-server-cloudimg-${word}.img`);
  });

  it('knows no BIOS off the PC, and no UEFI on a PC before 18.04', async () => {
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
    expect(site?.requests.every((url) => url.startsWith(`GET ${base}minimal/releases/`))).toBe(
      true,
    );
  });

  it('says that a flavour has stopped: kvm is not in the newest build', async () => {
    const image = await resolve('jammy', { variant: 'kvm' });
    expect(image.snapshot).toBe('20260515');
    expect(image.disk[0]?.fileName).toBe('ubuntu-22.04-server-cloudimg-amd64-disk-kvm.img');
    expect(image.warnings?.[0]?.code).toBe('outdated-build');
    expect(image.warnings?.[0]?.message).toContain('20260705');
    expect((await resolve('jammy')).warnings).toBeUndefined();
  });

  it('gives an exact serial out of the index', async () => {
    const image = await resolve('noble', { snapshot: '20240605.1' });
    expect(image.snapshot).toBe('20240605.1');
    expect(image.disk[0]?.proofs).toMatchObject([
      {
        kind: 'digest',
        digest: 'sha256:473db8a545d75017ee86708b38228b89b784289de2dc2dd6bdd2be39df7a792d',
      },
    ]);
  });

  it('looks for a serial that has left the index in its dated folder', async () => {
    const image = await resolve('24.04', { snapshot: '20260725', arch: 'arm64' });
    const folder = `${base}releases/noble/release-20260725/`;
    expect(image.snapshot).toBe('20260725');
    expect(image.disk[0]?.url.href).toBe(`${folder}ubuntu-24.04-server-cloudimg-arm64.img`);
    expect(image.disk[0]?.proofs).toEqual([
      { kind: 'checksums', url: new URL(`${folder}SHA256SUMS`), dialect: 'sums' },
    ]);
    expect(site?.requests.filter((url) => url.endsWith('.img'))).toEqual([]);
  });

  it('falls back to SHA256SUMS beside the image where the index gives no digest', async () => {
    const bare = changeProducts((product) => {
      product['versions'] = JSON.parse(
        JSON.stringify(product['versions']).replaceAll('"sha256"', '"sha1"'),
      );
    });
    const image = await resolve('natty', {}, { [products]: bare });
    expect(image.disk[0]?.proofs).toMatchObject([{ kind: 'checksums', dialect: 'sums' }]);
    expect(image.disk[0]?.proofs).toHaveProperty(
      '0.url.href',
      `${base}releases/server/releases/natty/release-20121028/SHA256SUMS`,
    );
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
    ['a variant', 'noble', { variant: 'desktop' }, 'variant', ['server', 'minimal', 'kvm']],
    ['a flavour of a release', 'noble', { variant: 'kvm' }, 'variant', ['server']],
    [
      'a flavour of a build',
      'jammy',
      { variant: 'kvm', snapshot: '20260705' },
      'variant',
      ['server'],
    ],
    ['a disk image at all', '10.10', {}, 'variant', []],
    ['a serial', 'noble', { snapshot: '20200101' }, 'snapshot', serials],
    ['a serial that is a path', 'noble', { snapshot: '../../evil' }, 'snapshot', serials],
    ['a serial that is a property', 'noble', { snapshot: 'constructor' }, 'snapshot', serials],
  ])('names what exists for want of %s', async (_title, release, more, field, known) => {
    await expect(resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'ubuntu', field, known },
    });
  });

  it('does not take amd64v3 for an architecture', async () => {
    const releases = await collect();
    expect(releases.find(({ release }) => release === '26.04')?.arches).toEqual(['amd64', 'arm64']);
  });

  it.each([
    ['a page in place of the index', { [index]: maintenancePage }],
    ['a page in place of the products', { [products]: maintenancePage }],
    ['an index without the stream', { [index]: '{"format":"index:1.0","index":{}}' }],
    [
      'an index that leads elsewhere',
      {
        [index]: read('index.json').replace(
          'streams/v1/com.ubuntu.cloud:released:download',
          '../../evil',
        ),
      },
    ],
    [
      'a product without versions',
      { [products]: read('products.json').replace('"versions"', '"builds"') },
    ],
    [
      'a file out of its dated folder',
      { [products]: read('products.json').replaceAll('release-20260705', 'release') },
    ],
    [
      'a digest that is none',
      { [products]: read('products.json').replaceAll('ffe6203d', 'xxxxxxxx') },
    ],
  ])('calls %s bad metadata', async (_title, changed) => {
    await expect(resolve('noble', {}, changed)).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });

  it('calls a page in place of SHA256SUMS bad metadata', async () => {
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

  it('lists the releases alone where a mirror has no minimal images', async () => {
    const { [index]: first = '', [products]: second = '' } = documents;
    const releases = await collect({ [index]: first, [products]: second });
    expect(releases.find(({ release }) => release === '26.04')?.variants).toEqual(['server']);
  });
});

async function collect(served: Record<string, string> = documents): Promise<Listing[]> {
  site = await serveDocuments(origins, served);
  return listAll(ubuntu, site);
}
