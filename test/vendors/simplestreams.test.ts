import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Resolution } from '../../src/kit.ts';
import { simplestreams } from '../../vendors/simplestreams.ts';
import {
  digests,
  documents,
  index,
  indexOf,
  lxdProducts,
  origin,
  products,
  server,
} from './documents/simplestreams.ts';
import { maintenancePage } from './every/serve-documents.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(simplestreams, [origin], documents);
afterEach(() => site.close());

function resolve(
  release: string,
  more: Partial<ImageRequest> = {},
  changed: Record<string, string> = {},
): Promise<Resolution> {
  return site.resolve(release, { parameters: { server }, ...more }, changed);
}

const fold = `${server}images/ubuntu/noble`;

/** A private site of one system; its versions are numbers and its files are in any place. */
function privateSite(aliases = ''): Record<string, string> {
  const product = (version: string, fileType: string): object => ({
    arch: 'x86_64',
    os: 'appliance',
    version,
    release: `app${version}`,
    aliases: version === '1.10' ? aliases : '',
    support_eol: '2027-01-31',
    versions: {
      'v1.2.0': {
        items: {
          disk: { ftype: fileType, path: `v1.2.0/app-${version}.img`, sha256: '5'.repeat(64) },
        },
      },
    },
  });
  return {
    [products]: JSON.stringify({
      content_id: 'images',
      products: {
        'app:1.9:x86_64': product('1.9', 'disk.img'),
        'app:1.10:x86_64': product('1.10', 'disk1.img'),
      },
    }),
  };
}

describe('simplestreams on a server of LXD', () => {
  it.each([
    ['noble', {}, 'ubuntu-noble', 'default', '20261119_07:42', 'amd64/default', digests.noble],
    [
      'ubuntu-noble',
      {},
      'ubuntu-noble',
      'default',
      '20261119_07:42',
      'amd64/default',
      digests.noble,
    ],
    [
      'ubuntu/24.04',
      {},
      'ubuntu-noble',
      'default',
      '20261119_07:42',
      'amd64/default',
      digests.noble,
    ],
    [
      'Ubuntu-24.04',
      { arch: 'amd64' },
      'ubuntu-noble',
      'default',
      '20261119_07:42',
      'amd64/default',
      digests.noble,
    ],
    [
      'noble',
      { arch: 'arm64' },
      'ubuntu-noble',
      'default',
      '20261119_07:42',
      'arm64/default',
      digests.arm,
    ],
    [
      'noble',
      { snapshot: '20261118_07:42' },
      'ubuntu-noble',
      'default',
      '20261118_07:42',
      'amd64/default',
      digests.older,
    ],
    [
      'noble',
      { variant: 'cloud' },
      'ubuntu-noble',
      'cloud',
      '20261118_07:42',
      'amd64/cloud',
      digests.cloud,
    ],
    [
      'ubuntu-noble-cloud',
      {},
      'ubuntu-noble',
      'cloud',
      '20261118_07:42',
      'amd64/cloud',
      digests.cloud,
    ],
  ] as const)('%s %j is %s %s', async (release, more, named, variant, build, folder, sha256) => {
    const image = await resolve(release, more);
    expect(image).toMatchObject({ release: named, variant, snapshot: build });
    expect(image.disk).toEqual([
      {
        url: new URL(`${fold}/${folder}/${build}/disk.qcow2`),
        fileName: 'disk.qcow2',
        sizeBytes: 283115520,
        layers: ['qcow2'],
        // Not the combined digest, which is of no file.
        proofs: [{ kind: 'digest', digest: `sha256:${sha256}`, from: products }],
      },
    ]);
  });

  it('warns that the newest build has only containers', async () => {
    const { warnings } = await resolve('noble', { variant: 'cloud' });
    expect(warnings).toMatchObject([{ code: 'outdated-build' }]);
    expect((await resolve('noble')).warnings).toBeUndefined();
  });

  it('distinguishes systems with the same version', async () => {
    await expect(resolve('9')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'release', known: ['rockylinux-9', 'almalinux-9'] },
    });
    expect((await resolve('rockylinux-9')).release).toBe('rockylinux-9');
    expect((await resolve('almalinux-9')).disk[0]?.proofs).toMatchObject([
      { digest: `sha256:${digests.alma}` },
    ]);
  });

  it.each([
    ['latest', {}, 'release', ['ubuntu-noble']],
    ['jammy', {}, 'release', ['ubuntu-noble', 'almalinux-9']],
    ['noble', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64']],
    ['noble', { variant: 'desktop' }, 'variant', ['default', 'cloud']],
    ['noble', { snapshot: '20261119_07:43' }, 'snapshot', ['20261119_07:42', '20261118_07:42']],
    ['noble', { snapshot: 'constructor' }, 'snapshot', ['20261119_07:42']],
    ['busybox', { variant: 'default' }, 'release', ['ubuntu-noble']],
    ['busybox-1.36.1', {}, 'release', ['ubuntu-noble']],
    ['noble', { parameters: { server, stream: 'x' } }, 'parameter', ['server', 'content']],
    ['noble', { parameters: { server, content: 'daily' } }, 'content', ['images']],
  ] as const)('%s %j: no such %s', async (release, more, field, known) => {
    await expect(resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: expect.arrayContaining([...known]) },
    });
  });
});

describe('simplestreams on other servers', () => {
  it('takes the newest version of one system as latest, in numeric order, with files in any place', async () => {
    const image = await resolve('latest', {}, privateSite());
    expect(image).toMatchObject({
      release: '1.10',
      codename: 'app1.10',
      variant: 'default',
      snapshot: 'v1.2.0',
      guest: { eol: '2027-01-31' },
    });
    expect(image.disk[0]?.url.href).toBe(`${server}v1.2.0/app-1.10.img`);
    expect((await resolve('1.9', {}, privateSite())).disk[0]?.layers).toEqual([]);
    expect((await resolve('prod', {}, privateSite('prod,stable'))).release).toBe('1.10');
  });

  it('requires the content id if an index has several streams', async () => {
    const changed = {
      [index]: indexOf({ images: 'streams/v1/images.json', daily: 'streams/v1/daily.json' }),
    };
    await expect(resolve('noble', {}, changed)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'content', known: ['images', 'daily'] },
    });
    const parameters = { server, content: 'images' };
    expect((await resolve('noble', { parameters }, changed)).variant).toBe('default');
  });

  it.each([`${server}streams/v1/`, `${server}streams/v1/index.json`, server.slice(0, -1)])(
    'accepts %s as the server',
    async (address) => {
      await resolve('noble', { parameters: { server: address } });
      expect(site.requests).toEqual([`GET ${index}`, `GET ${products}`]);
    },
  );

  it('warns that only TLS proves a disk without a digest', async () => {
    const text = JSON.stringify(lxdProducts).replaceAll(`"sha256":"${digests.noble}",`, '');
    const image = await resolve('noble', {}, { [products]: text });
    expect(image.disk[0]?.proofs).toMatchObject([{ kind: 'tls' }]);
  });

  it.each([{}, { server: 'http://images.example/' }, { server: 'images' }])(
    'refuses %j',
    async (parameters) => {
      await expect(resolve('noble', { parameters })).rejects.toMatchObject({
        code: 'ERR_INVALID_REQUEST',
        details: { field: 'server' },
      });
      expect(site.requests).toEqual([]);
    },
  );

  const text = JSON.stringify(lxdProducts);
  it.each([
    ['a page in place of the index', { [index]: maintenancePage }],
    ['a page in place of the products', { [products]: maintenancePage }],
    ['an index that leads elsewhere', { [index]: indexOf({ images: '../evil.json' }) }],
    ['another stream', { [products]: text.replace('"images"', '"daily"') }],
    ['a disk elsewhere', { [products]: text.replaceAll('images/ubuntu', '../../evil') }],
    ['a name with a slash', { [products]: text.replaceAll('disk.qcow2"', 'x%2Fdisk.qcow2"') }],
    ['a weak digest', { [products]: text.replaceAll(digests.noble, 'a'.repeat(32)) }],
  ])('reports bad metadata for %s', async (_title, changed) => {
    await expect(resolve('noble', {}, changed)).rejects.toMatchObject({ code: 'ERR_METADATA' });
  });
});
