import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arch } from '../../vendors/arch.ts';
import { images, startArch } from './documents/arch.ts';
import { naming } from './every/naming.ts';
import { ask, type Documents, listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';

const key = '1B9A16984A4E8CB448712D2AE0B78BF4326C6F8F';
let documents: Documents;

beforeAll(async () => {
  documents = await startArch();
});
afterAll(() => documents.close());

describe('arch names', () => {
  it.each([
    ['latest', {}, 'cloudimg-20261001.604814'],
    ['rolling', { variant: 'basic' }, 'basic-20261015.610001'],
    ['latest', { snapshot: '20260901.583572' }, 'cloudimg-20260901.583572'],
    ['latest', { snapshot: 'v20260901.9999' }, 'cloudimg-20260901.9999'],
    ['latest', { snapshot: '20260901' }, 'cloudimg-20260901.583572'],
    ['20220501.56564', {}, 'cloudimg-20220501.56564'],
    ['v20260901', { snapshot: '20260901.9999' }, 'cloudimg-20260901.9999'],
  ] as const)('%s %j is %s', async (release, more, stem) => {
    const image = await ask(arch, documents, release, 'amd64', more);
    const build = stem.split('-')[1];
    const path = `v${build}/Arch-Linux-x86_64-${stem}.qcow2`;
    const file = images + path;
    expect([image.release, image.version, image.snapshot]).toEqual(['rolling', build, build]);
    expect(image.disk).toEqual([
      {
        url: new URL(file),
        mirrors: [new URL(path, 'https://fastly.mirror.pkgbuild.com/images/')],
        fileName: `Arch-Linux-x86_64-${stem}.qcow2`,
        layers: ['qcow2'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(`${file}.SHA256`),
            dialect: 'sums',
            signature: signedBy(`${file}.SHA256.sig`, key),
          },
          { kind: 'signature', signature: signedBy(`${file}.sig`, key) },
        ],
      },
    ]);
  });

  it('takes its key from another host than its images', async () => {
    const { disk } = await ask(arch, documents, 'latest', 'amd64');
    const [proof] = disk[0]?.proofs ?? [];
    const keys =
      proof?.kind === 'checksums' && proof.signature?.form === 'openpgp'
        ? proof.signature.keys
        : [];
    expect(keys.flatMap(({ urls = [] }) => urls.map(({ host }) => host))).toEqual([
      'raw.githubusercontent.com',
      'keyserver.ubuntu.com',
    ]);
  });
});

describe('arch facts', () => {
  it('warns of the published password of basic images, and only of those', async () => {
    const basic = await ask(arch, documents, 'latest', 'amd64', { variant: 'basic' });
    expect(basic.warnings?.map(({ code }) => code)).toEqual(['default-password']);
    expect(basic.guest).toMatchObject({ seed: 'none', ssh: true, minDiskBytes: 42_949_672_960 });
    const cloud = await ask(arch, documents, 'latest', 'amd64');
    // The folder of the newest build does not have the image here.
    expect(cloud.warnings?.map(({ code }) => code)).toEqual(['outdated-build']);
    expect(cloud.guest).toEqual({
      osIds: ['arch'],
      user: 'arch',
      seed: 'nocloud',
      ssh: true,
      firmware: ['bios', 'uefi'],
      minDiskBytes: 2_147_483_648,
      minMemoryBytes: 536_870_912,
    });
  });

  it('lists its releases and variants', async () => {
    expect(await listAll(arch, documents)).toEqual([
      {
        release: 'rolling',
        version: '20261015.610001',
        aliases: ['latest'],
        arches: ['amd64'],
        variants: ['cloudimg', 'basic'],
      },
    ]);
  });
});

describe('arch requests', () => {
  it('requests folders with their final slash, and no image', async () => {
    const own = await startArch();
    await ask(arch, own, 'latest', 'amd64', { snapshot: '20260901.583572' });
    expect(own.requests).toEqual([`GET ${images}`, `GET ${images}v20260901.583572/`]);
    await own.close();
  });

  it.each([
    ['2026.09', 'amd64', {}, 'release', 'latest'],
    ['latest', 'arm64', {}, 'arch', 'amd64'],
    ['latest', 'amd64', { variant: 'libvirt' }, 'variant', 'basic'],
    ['latest', 'amd64', { variant: 'constructor' }, 'variant', 'cloudimg'],
    ['latest', 'amd64', { snapshot: '20260901.58357' }, 'snapshot', '20260901.583572'],
    ['latest', 'amd64', { snapshot: 'latest' }, 'snapshot', '20261001.604814'],
    ['20260901', 'amd64', { snapshot: '20261001.604814' }, 'snapshot', '20260901'],
    ['20260902', 'amd64', {}, 'snapshot', '20260901.583572'],
  ] as const)('%s %s %j: no such %s', async (release, machine, more, field, known) => {
    await expect(ask(arch, documents, release, machine, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: expect.arrayContaining([known]) },
    });
  });

  it('refuses parameters', async () => {
    const parameters = { mirror: 'x' };
    await expect(ask(arch, documents, 'latest', 'amd64', { parameters })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field: 'parameter', value: 'mirror' },
    });
  });

  it.each([
    ['the index', images],
    ['a build', `${images}v20260901.583572/`],
  ])('names the address of a page that is not %s', async (_, address) => {
    const own = await startArch();
    own.put(address, maintenancePage);
    const asked = ask(arch, own, 'latest', 'amd64', { snapshot: '20260901.583572' });
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
    await own.close();
  });
});
