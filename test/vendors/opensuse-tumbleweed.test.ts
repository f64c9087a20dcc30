import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensuseTumbleweed } from '../../vendors/opensuse-tumbleweed.ts';
import { metalinkOf, pieces } from './documents/opensuse.ts';
import { arm, first, startTumbleweed, sums, system } from './documents/opensuse-tumbleweed.ts';
import { naming } from './every/naming.ts';
import { ask, type Documents, listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';

const key = 'AD485664E901B867051AB15F35A2F86E29B700A4';
let documents: Documents;

beforeAll(async () => {
  documents = await startTumbleweed();
});
afterAll(() => documents.close());

describe('opensuse-tumbleweed', () => {
  it.each([
    // requested: release, arch, more; expected: snapshot, file and the alias of the file
    [
      'latest',
      'amd64',
      {},
      '20261118',
      `${first}openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261118.qcow2`,
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-Cloud.qcow2',
    ],
    [
      '20261116',
      'amd64',
      {},
      '20261116',
      `${first}openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261116.qcow2`,
      'openSUSE-Tumbleweed-Minimal-VM.x86_64-Cloud.qcow2',
    ],
    [
      'rolling',
      'arm64',
      { snapshot: 'Snapshot20261112' },
      '20261112',
      `${arm}openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261112.qcow2`,
      'openSUSE-Tumbleweed-Minimal-VM.aarch64-Cloud.qcow2',
    ],
    [
      'latest',
      's390x',
      {},
      '20251110',
      `${system}openSUSE-Tumbleweed-Minimal-VM.s390x-16.0.0-s390x-Cloud-Snapshot20251110.qcow2`,
      'openSUSE-Tumbleweed-Minimal-VM.s390x-s390x-Cloud.qcow2',
    ],
    [
      'latest',
      'amd64',
      { variant: 'microos' },
      '20261117',
      `${first}openSUSE-MicroOS.x86_64-16.0.0-OpenStack-Cloud-Snapshot20261117.qcow2`,
      'openSUSE-MicroOS.x86_64-OpenStack-Cloud.qcow2',
    ],
    [
      'latest',
      's390x',
      { variant: 'MicroOS' },
      '20251110',
      `${system}openSUSE-MicroOS.s390x-16.0.0-s390x-Cloud-Snapshot20251110.qcow2`,
      'openSUSE-MicroOS.s390x-s390x-Cloud.qcow2',
    ],
    [
      'latest',
      'amd64',
      { variant: 'microos-container-host' },
      '20261118',
      `${first}openSUSE-MicroOS.x86_64-16.0.0-ContainerHost-OpenStack-Cloud-Snapshot20261118.qcow2`,
      'openSUSE-MicroOS.x86_64-ContainerHost-OpenStack-Cloud.qcow2',
    ],
  ] as const)('%s %s %j is %s', async (release, arch, more, snapshot, url, alias) => {
    const image = await ask(opensuseTumbleweed, documents, release, arch, more);
    expect([image.release, image.snapshot]).toEqual(['rolling', snapshot]);
    expect(image.disk).toEqual([
      {
        url: new URL(url),
        fileName: url.split('/').at(-1),
        layers: ['qcow2'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(`${url}.sha256`),
            aliases: [alias],
            dialect: 'sums',
            signature: signedBy(`${url}.sha256.asc`, key),
          },
          { kind: 'checksums', url: new URL('SHA256SUMS', url), dialect: 'sums' },
        ],
      },
    ]);
  });

  it('offers the mirrors and pieces that the origin names, and requests no image', async () => {
    const own = await startTumbleweed();
    const fileName = 'openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261118.qcow2';
    own.put(`${first}${fileName}.meta4`, metalinkOf(fileName, 'tumbleweed/appliances/'));
    const { disk } = await ask(opensuseTumbleweed, own, 'latest', 'amd64');
    expect(disk[0]).toMatchObject({
      mirrors: [{ host: 'near.example' }, { host: 'far.example' }],
      pieces,
    });
    expect(own.requests).toEqual([`GET ${first}SHA256SUMS`, `GET ${first}${fileName}.meta4`]);
    await own.close();
  });

  it('lists its snapshots and variants', async () => {
    expect(await listAll(opensuseTumbleweed, documents)).toEqual([
      {
        release: 'rolling',
        version: '20261118',
        aliases: ['latest'],
        arches: ['amd64', 'arm64', 's390x'],
        variants: ['cloud', 'microos', 'microos-container-host'],
      },
    ]);
  });

  it('lists the rest when a port has no images', async () => {
    const own = await startTumbleweed();
    own.put(`${arm}SHA256SUMS`, sums(['Tumbleweed.aarch64-1.0-libvirt.vagrant.libvirt.box']));
    const [listing] = await listAll(opensuseTumbleweed, own);
    expect(listing?.arches).toEqual(['amd64', 's390x']);
    await own.close();
  });

  it.each([
    ['15.6', 'amd64', {}, 'release', ['latest']],
    ['latest', 'ppc64le', {}, 'arch', ['amd64', 'arm64', 's390x']],
    ['latest', 'arm64', { variant: 'microos' }, 'variant', ['cloud']],
    ['latest', 'amd64', { snapshot: '20261119' }, 'snapshot', ['20261118', '20261116']],
    ['20261116', 'amd64', { snapshot: '20261118' }, 'snapshot', ['20261116']],
    ['latest', 'amd64', { parameters: { kind: 'jeos' } }, 'parameter', []],
  ] as const)('%s %s %j: no such %s', async (release, arch, more, field, known) => {
    await expect(ask(opensuseTumbleweed, documents, release, arch, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known },
    });
  });

  it.each([
    ['a page', maintenancePage],
    [
      'a list of something else',
      sums(['Tumbleweed.x86_64-1.0-libvirt-Snapshot20261118.vagrant.libvirt.box']),
    ],
  ])('names the address of %s', async (_, answer) => {
    const own = await startTumbleweed();
    own.put(`${first}SHA256SUMS`, answer);
    await expect(ask(opensuseTumbleweed, own, 'latest', 'amd64')).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(`${first}SHA256SUMS`),
    });
    await own.close();
  });
});
