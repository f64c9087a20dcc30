import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { talos } from '../../../vendors/talos.ts';
import { empty, factory, other, startTalos } from '../documents/talos.ts';
import { ask, type Documents, listAll, maintenancePage } from '../every/serve-documents.ts';

const own = 'ab'.repeat(32);
let site: Documents;

const image = (version: string, file: string, schematic = empty, base = factory): string =>
  `${base}image/${schematic}/${version}/${file}`;

beforeAll(async () => {
  site = await startTalos();
});
afterAll(() => site.close());

describe('talos names', () => {
  it.each([
    // requested: release, arch, variant; expected: version and file
    ['latest', 'amd64', undefined, 'v1.14.6', 'nocloud-amd64.raw.xz'],
    ['LATEST', 'arm64', undefined, 'v1.14.6', 'nocloud-arm64.raw.xz'],
    ['1.13', 'amd64', undefined, 'v1.13.10', 'nocloud-amd64.raw.xz'],
    ['1.13.9', 'arm64', 'openstack', 'v1.13.9', 'openstack-arm64.raw.xz'],
    ['v1.10.0', 'amd64', 'digital-ocean', 'v1.10.0', 'digital-ocean-amd64.raw.xz'],
    ['1.2', 'amd64', undefined, 'v1.2.8', 'nocloud-amd64.raw.xz'],
    ['v1.15.0-alpha.1', 'amd64', undefined, 'v1.15.0-alpha.1', 'nocloud-amd64.raw.xz'],
  ] as const)('%s %s %s is %s %s', async (release, arch, variant, version, fileName) => {
    const resolution = await ask(talos, site, release, arch, {
      ...(variant !== undefined && { variant }),
    });
    const [disk] = resolution.disk;
    expect([disk?.url.href, disk?.fileName]).toEqual([image(version, fileName), fileName]);
    expect(disk?.layers).toEqual(['xz', 'raw']);
    expect(resolution.release).toBe(/\d+\.\d+/.exec(version)?.[0]);
    expect(resolution.version).toBe(version.slice(1));
    expect(resolution.snapshot).toBe(`${version}-376567988ad3`);
  });

  it.each([
    [['v1.9.9', 'v1.10.0'], 'v1.10.0'],
    [['v1.10.10', 'v1.10.9', 'v1.10.2'], 'v1.10.10'],
    [['v1.10.0', 'v1.11.0-rc.1', 'v1.11.0-alpha.9'], 'v1.10.0'],
    // Texts that are not a version never become part of an address.
    [['v1.10.0', 'v2', 'latest', 'v9.9.9/../..', 'v1.99.0-dirty'], 'v1.10.0'],
  ])('latest of %j is %s', async (versions, version) => {
    const documents = await startTalos();
    documents.put(`${factory}versions`, JSON.stringify(versions));
    const resolution = await ask(talos, documents, 'latest', 'amd64');
    expect(`v${resolution.version}`).toBe(version);
    await documents.close();
  });

  it.each([
    ['latest', 'v1.13.9-376567988ad3', {}, 'v1.13.9', empty],
    ['1.13', 'V1.13.9-376567988AD3', {}, 'v1.13.9', empty],
    ['latest', 'v1.15.0-beta.0-376567988ad3', {}, 'v1.15.0-beta.0', empty],
    ['1.14', 'v1.14.6-abababababab', { schematic: own }, 'v1.14.6', own],
  ])('%s takes the snapshot %s %j', async (release, snapshot, parameters, version, schematic) => {
    const resolution = await ask(talos, site, release, 'amd64', { snapshot, parameters });
    expect(resolution.disk[0]?.url.href).toBe(image(version, 'nocloud-amd64.raw.xz', schematic));
    expect(resolution.snapshot).toBe(snapshot.toLowerCase());
  });
});

describe('talos parameters', () => {
  it.each([
    [{ schematic: own.toUpperCase() }, image('v1.14.6', 'nocloud-amd64.raw.xz', own)],
    [{ factory: other }, image('v1.14.6', 'nocloud-amd64.raw.xz', empty, other)],
    [
      { factory: other.slice(0, -1), schematic: own },
      image('v1.14.6', 'nocloud-amd64.raw.xz', own, other),
    ],
  ])('%j leads to %s', async (parameters, address) => {
    const resolution = await ask(talos, site, 'latest', 'amd64', { parameters });
    expect(resolution.disk[0]?.url.href).toBe(address);
  });

  it('refuses an unknown one', async () => {
    const asked = ask(talos, site, 'latest', 'amd64', { parameters: { extensions: 'gvisor' } });
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'parameter', value: 'extensions', known: ['schematic', 'factory'] },
    });
  });

  it.each([
    ['schematic', '376567988ad3'],
    ['schematic', `${'a'.repeat(63)}/`],
    ['factory', 'http://factory.example/'],
    ['factory', 'factory.example'],
    ['factory', 'https://factory.example/?version='],
  ])('refuses %s %s before any request', async (field, value) => {
    const before = site.requests.length;
    const asked = ask(talos, site, 'latest', 'amd64', { parameters: { [field]: value } });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST', details: { field } });
    expect(site.requests.length).toBe(before);
  });
});

describe('talos metal', () => {
  const assets = 'https://github.com/siderolabs/talos/releases/download/';

  it.each([
    ['v1.13', 'amd64', 'v1.13.10'],
    ['latest', 'arm64', 'v1.14.6'],
  ] as const)('of %s %s is a signed asset of the release', async (release, arch, version) => {
    const before = site.requests.length;
    const { disk, snapshot } = await ask(talos, site, release, arch, { variant: 'metal' });
    const fileName = `metal-${arch}.raw.zst`;
    const sums = `${assets}${version}/sha256sum.txt`;
    expect(disk).toEqual([
      {
        url: new URL(`${assets}${version}/${fileName}`),
        fileName,
        layers: ['zst', 'raw'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(sums),
            dialect: 'sums',
            signature: {
              form: 'sigstore',
              at: new URL(`${sums}.bundle`),
              identity: expect.stringContaining('@siderolabs'),
              issuer: 'https://accounts.google.com',
            },
          },
        ],
      },
    ]);
    expect(snapshot).toBe(`${version}-376567988ad3`);
    expect(site.requests.slice(before)).toEqual([`GET ${factory}versions`]);
  });

  it.each([[{ schematic: own }], [{ factory: other }]])(
    'with %j is built by the factory',
    async (parameters) => {
      const { disk } = await ask(talos, site, '1.13', 'amd64', { variant: 'metal', parameters });
      const {
        schematic = empty,
        factory: base = factory,
      }: { schematic?: string; factory?: string } = parameters;
      expect(disk[0]?.url.href).toBe(image('v1.13.10', 'metal-amd64.raw.xz', schematic, base));
    },
  );
});

describe('talos digests', () => {
  const disk = image('v1.14.6', 'nocloud-amd64.raw.xz');

  it('are used if the factory gives them to every caller', async () => {
    const documents = await startTalos();
    documents.put(`${disk}.sha256`, `${'0'.repeat(64)}  nocloud-amd64.raw.xz\n`);
    const resolution = await ask(talos, documents, 'latest', 'amd64');
    expect(resolution.disk[0]?.proofs).toEqual([
      { kind: 'checksums', url: new URL(`${disk}.sha256`) },
    ]);
    const zst = disk.replace('.xz', '.zst');
    expect(documents.requests).toEqual([
      `GET ${factory}versions`,
      `HEAD ${zst}`,
      `GET ${disk}.sha256`,
    ]);
    await documents.close();
  });

  it.each([
    [402, 'gives the digest of this image only to paying customers'],
    [404, 'has no digest'],
    [410, 'has no digest'],
  ])('are replaced by TLS if they answer %i: the factory %s', async (status, why) => {
    const documents = await startTalos();
    documents.put(`${disk}.sha256`, (_request, response) => {
      response.statusCode = status;
      response.end('no\n');
    });
    const resolution = await ask(talos, documents, 'latest', 'amd64');
    expect(resolution.disk[0]?.proofs).toEqual([
      { kind: 'tls', reason: expect.stringContaining(`factory.talos.dev ${why}`) },
    ]);
    await documents.close();
  });

  it.each([401, 403, 429, 451, 500])('are a refusal if they answer %i', async (status) => {
    const documents = await startTalos();
    documents.put(`${disk}.sha256`, (_request, response) => {
      response.statusCode = status;
      response.end('no\n');
    });
    await expect(ask(talos, documents, 'latest', 'amd64')).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      details: { status, url: expect.stringContaining('.sha256') },
    });
    await documents.close();
  });

  it('are not requested if the image itself is refused', async () => {
    const documents = await startTalos();
    documents.put(disk.replace('.xz', '.zst'), (_request, response) => {
      response.statusCode = 403;
      response.end('no\n');
    });
    await expect(ask(talos, documents, 'latest', 'amd64')).rejects.toMatchObject({
      code: 'ERR_HTTP_STATUS',
      details: { status: 403 },
    });
    await documents.close();
  });

  it('belong to the chosen file: zstd if the factory has it', async () => {
    const documents = await startTalos();
    const zst = disk.replace('.xz', '.zst');
    documents.put(zst, 'image');
    documents.put(`${zst}.sha256`, `${'0'.repeat(64)}  nocloud-amd64.raw.zst\n`);
    const resolution = await ask(talos, documents, 'latest', 'amd64');
    expect(resolution.disk[0]).toMatchObject({
      url: new URL(zst),
      fileName: 'nocloud-amd64.raw.zst',
      layers: ['zst', 'raw'],
      proofs: [{ kind: 'checksums', url: new URL(`${zst}.sha256`) }],
    });
    expect(documents.requests).not.toContain(`GET ${zst}`);
    await documents.close();
  });
});

describe('talos facts', () => {
  it.each([
    ['1.9', 'amd64', ['bios', 'uefi']],
    ['1.10', 'amd64', ['bios', 'uefi']],
    ['1.14', 'arm64', ['uefi']],
  ] as const)('%s %s boots with %j and has no login user', async (release, arch, firmware) => {
    const { guest } = await ask(talos, site, release, arch);
    expect(guest).toEqual({
      ...{ osIds: ['talos'], seed: 'talos', ssh: false, firmware },
      ...{ minDiskBytes: 10 * 1024 ** 3, minMemoryBytes: 1024 ** 3 },
    });
  });

  it('lists minors with their newest release', async () => {
    const listings = await listAll(talos, site);
    expect(listings.map(({ release, version }) => [release, version])).toEqual([
      ['1.14', '1.14.6'],
      ['1.13', '1.13.10'],
      ['1.12', '1.12.12'],
      ['1.10', '1.10.9'],
      ['1.9', '1.9.6'],
      ['1.3', '1.3.0'],
      ['1.2', '1.2.8'],
    ]);
    expect(listings.map(({ aliases }) => aliases)).toEqual([
      ['latest'],
      ...Array(6).fill(undefined),
    ]);
    expect(listings[0]?.arches).toEqual(['amd64', 'arm64']);
    expect(listings[0]?.variants).toContain('nocloud');
  });

  it('does not depend on the clock', async () => {
    const request = { vendor: 'talos', release: 'latest', arch: 'amd64' } as const;
    const early = await talos.resolve(request, site.at('1999-01-01T00:00:00Z'));
    expect(await talos.resolve(request, site.at('2099-01-01T00:00:00Z'))).toEqual(early);
  });
});

describe('talos requests', () => {
  it.each([
    ['1.15', 'amd64', {}, 'release', '1.14'],
    ['1.13.99', 'amd64', {}, 'release', '1.13'],
    ['main', 'amd64', {}, 'release', '1.14'],
    ['1.13.1', 'amd64', {}, 'release', '1.14'],
    ['latest', 'riscv64', {}, 'arch', 'arm64'],
    ['latest', 'amd64', { variant: 'equinixMetal' }, 'variant', 'nocloud'],
    ['latest', 'amd64', { variant: 'nocloud-secureboot' }, 'variant', 'metal'],
    ['1.13', 'amd64', { snapshot: 'v1.14.6-376567988ad3' }, 'snapshot', 'v1.13.10-376567988ad3'],
    ['latest', 'amd64', { snapshot: 'v1.14.6-abababababab' }, 'snapshot', 'v1.14.6-376567988ad3'],
  ] as const)('%s %s %j is not found', async (release, arch, more, field, known) => {
    await expect(ask(talos, site, release, arch, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'talos', field, known: expect.arrayContaining([known]) },
    });
  });

  it.each([[maintenancePage], ['{"versions": ["v1.14.6"]}'], ['["v1.14.6", 15]'], ['[]']])(
    'refuses %j as a list of versions',
    async (body) => {
      const documents = await startTalos();
      documents.put(`${factory}versions`, body);
      await expect(ask(talos, documents, 'latest', 'amd64')).rejects.toMatchObject({
        code: 'ERR_METADATA',
      });
      await documents.close();
    },
  );

  it('requests documents, and of the image only its head', async () => {
    const documents = await startTalos();
    await ask(talos, documents, 'latest', 'amd64');
    const small = /^GET .*(versions|\.sha256)$|^HEAD /;
    expect(documents.requests.filter((request) => !small.test(request))).toEqual([]);
    await documents.close();
  });
});
