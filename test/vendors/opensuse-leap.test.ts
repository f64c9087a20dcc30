import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensuseLeap } from '../../vendors/opensuse-leap.ts';
import { metalinkOf, pieces } from './documents/opensuse.ts';
import { folder, site, startLeap } from './documents/opensuse-leap.ts';
import { naming } from './every/naming.ts';
import { ask, type Documents, listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';

const key = 'AD485664E901B867051AB15F35A2F86E29B700A4';
let documents: Documents;

beforeAll(async () => {
  documents = await startLeap();
});
afterAll(() => documents.close());

describe('opensuse-leap names', () => {
  it.each([
    // requested: release, arch, snapshot; expected: release, snapshot and file, and the alias of the file
    [
      'latest',
      'amd64',
      undefined,
      '16.0',
      '16.0-build18.72',
      'Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.72.qcow2',
      'Leap-16.0-Minimal-VM.x86_64-Cloud.qcow2',
    ],
    [
      '16',
      'arm64',
      undefined,
      '16.0',
      '16.0-build18.7',
      'Leap-16.0-Minimal-VM.aarch64-Cloud-Build18.7.qcow2',
      'Leap-16.0-Minimal-VM.aarch64-Cloud.qcow2',
    ],
    [
      '16.0',
      'amd64',
      '16.0-Build18.7',
      '16.0',
      '16.0-build18.7',
      'Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.7.qcow2',
      'Leap-16.0-Minimal-VM.x86_64-Cloud.qcow2',
    ],
    [
      '15.6',
      'amd64',
      undefined,
      '15.6',
      '15.6.0-build19.143',
      'openSUSE-Leap-15.6-Minimal-VM.x86_64-15.6.0-Cloud-Build19.143.qcow2',
      'openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2',
    ],
    [
      'latest',
      'amd64',
      '15.6.0-build19.143',
      '15.6',
      '15.6.0-build19.143',
      'openSUSE-Leap-15.6-Minimal-VM.x86_64-15.6.0-Cloud-Build19.143.qcow2',
      'openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2',
    ],
    [
      '15.5',
      'amd64',
      undefined,
      '15.5',
      '15.5.0-build4.2',
      'openSUSE-Leap-15.5-Minimal-VM.x86_64-15.5.0-OpenStack-Cloud-Build4.2.qcow2',
      'openSUSE-Leap-15.5-Minimal-VM.x86_64-OpenStack-Cloud.qcow2',
    ],
  ] as const)(
    '%s %s %s is build %s %s',
    async (token, arch, wanted, release, snapshot, fileName, alias) => {
      const image = await ask(opensuseLeap, documents, token, arch, {
        ...(wanted && { snapshot: wanted }),
      });
      expect([image.release, image.snapshot]).toEqual([release, snapshot]);
      const url = folder(release) + fileName;
      expect(image.disk).toMatchObject([
        {
          url: new URL(url),
          fileName,
          sizeBytes: expect.any(Number),
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${url}.sha256`),
              aliases: [alias],
              signature: signedBy(`${url}.sha256.asc`, key),
            },
          ],
        },
      ]);
    },
  );

  it('takes the longer digest if it is the only one, and the doubled word of s390x', async () => {
    const { disk } = await ask(opensuseLeap, documents, '16.0', 's390x');
    const url = `${folder('16.0')}Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.7.qcow2`;
    expect(disk[0]?.proofs).toMatchObject([
      {
        url: new URL(`${url}.sha512`),
        aliases: ['Leap-16.0-Minimal-VM.s390x-s390x-Cloud.qcow2'],
        signature: { at: new URL(`${url}.sha512.asc`) },
      },
    ]);
  });

  it('offers the mirrors and pieces that the origin names', async () => {
    const own = await startLeap();
    const fileName = 'Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.72.qcow2';
    own.put(`${folder('16.0')}${fileName}.meta4`, metalinkOf(fileName));
    const { disk } = await ask(opensuseLeap, own, '16.0', 'amd64');
    const path = `distribution/leap/16.0/appliances/${fileName}`;
    expect(disk[0]?.mirrors?.map(({ href }) => href)).toEqual([
      `https://near.example/${path}`,
      `https://far.example/opensuse/${path}`,
    ]);
    expect(disk[0]?.pieces).toEqual(pieces);
    await own.close();
  });

  it.each([
    ['of another file', metalinkOf('Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.7.qcow2')],
    ['that is a page', maintenancePage],
  ])('works without a metalink: %s', async (_, answer) => {
    const own = await startLeap();
    own.put(`${folder('16.0')}Leap-16.0-Minimal-VM.x86_64-Cloud-Build18.72.qcow2.meta4`, answer);
    const { disk } = await ask(opensuseLeap, own, '16.0', 'amd64');
    expect([disk[0]?.mirrors, disk[0]?.pieces]).toEqual([undefined, undefined]);
    await own.close();
  });
});

describe('opensuse-leap releases', () => {
  it.each([
    ['latest', 'amd64', '16.0', ['newer-release']],
    ['stable', 'ppc64le', '15.6', ['newer-release', 'older-release']],
    ['16', 'amd64', '16.0', ['newer-release']],
    ['15', 'amd64', '15.6', undefined],
    ['16.0', 'amd64', '16.0', undefined],
    ['16.1', 'amd64', '16.1', ['pre-release']],
  ] as const)('%s on %s is %s, with the warnings %j', async (token, arch, release, codes) => {
    const image = await ask(opensuseLeap, documents, token, arch);
    expect(image.release).toBe(release);
    expect(image.warnings?.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['16.0', 'amd64', 'sles', ['bios', 'uefi'], '2027-10-31'],
    ['16.0', 'arm64', 'sles', ['uefi'], '2027-10-31'],
    ['15.6', 'amd64', 'opensuse', ['bios', 'uefi'], '2026-04-30'],
  ] as const)('%s on %s has the user %s', async (release, arch, user, firmware, eol) => {
    const { guest } = await ask(opensuseLeap, documents, release, arch);
    const least = { minDiskBytes: 10_737_418_240, minMemoryBytes: 536_870_912 };
    const osIds = ['opensuse-leap', 'opensuse'];
    expect(guest).toEqual({ osIds, user, seed: 'nocloud', ssh: true, firmware, eol, ...least });
  });

  it('lists those that have an image, newest first, with the newest published one as latest', async () => {
    const variants = ['cloud'];
    expect(await listAll(opensuseLeap, documents)).toEqual([
      { release: '16.1', version: '16.1', arches: ['amd64'], variants },
      {
        release: '16.0',
        version: '16.0',
        aliases: ['latest'],
        arches: ['amd64', 'arm64', 's390x'],
        variants,
        eol: '2027-10-31',
      },
      {
        release: '15.6',
        version: '15.6',
        arches: ['amd64', 'ppc64le'],
        variants,
        eol: '2026-04-30',
      },
      { release: '15.5', version: '15.5', arches: ['amd64'], variants, eol: '2024-12-31' },
    ]);
  });
});

describe('opensuse-leap requests', () => {
  it('requests the folder and the metalink, and no image', async () => {
    const own = await startLeap();
    await ask(opensuseLeap, own, '16.0', 'arm64');
    const file = 'Leap-16.0-Minimal-VM.aarch64-Cloud-Build18.7.qcow2';
    expect(own.requests).toEqual([
      `GET ${folder('16.0')}?json`,
      `GET ${folder('16.0')}${file}.meta4`,
    ]);
    await own.close();
  });

  it.each([
    ['42.3', 'amd64', {}, 'release', ['16.0', '15.6']],
    ['14', 'amd64', {}, 'release', ['16.0']],
    ['tumbleweed', 'amd64', {}, 'release', ['16.0']],
    ['tumbleweed', 'amd64', { snapshot: '16.0-build18.7' }, 'release', ['16.0']],
    ['16.0', 'riscv64', {}, 'arch', ['amd64', 'arm64', 's390x']],
    ['16.0', 'amd64', { variant: 'kvm-and-xen' }, 'variant', ['cloud']],
    [
      '16.0',
      'amd64',
      { snapshot: '16.0-build18.8' },
      'snapshot',
      ['16.0-build18.72', '16.0-build18.7'],
    ],
    ['16.0', 'amd64', { snapshot: '15.6.0-build19.143' }, 'snapshot', ['16.0-build18.72']],
    ['16.0', 'amd64', { parameters: { kind: 'jeos' } }, 'parameter', []],
  ] as const)('%s %s %j: no such %s', async (release, arch, more, field, known) => {
    await expect(ask(opensuseLeap, documents, release, arch, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { field, known: expect.arrayContaining([...known]) },
    });
  });

  it.each([
    ['latest', `${site}?json`, maintenancePage],
    ['latest', `${site}?json`, '[]'],
    ['16.0', `${folder('16.0')}?json`, maintenancePage],
    ['16.0', `${folder('16.0')}?json`, '[{"size":1}]'],
    ['16.0', `${folder('16.0')}?json`, '{"error":"x"}'],
  ])(
    '%s names the address of a page that is not an index (%s)',
    async (release, address, answer) => {
      const own = await startLeap();
      own.put(address, answer);
      await expect(ask(opensuseLeap, own, release, 'amd64')).rejects.toMatchObject({
        code: 'ERR_METADATA',
        message: naming(address.replace('?json', '')),
      });
      await own.close();
    },
  );
});
