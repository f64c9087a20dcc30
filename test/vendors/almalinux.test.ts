import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/kit.ts';
import { almalinux } from '../../vendors/almalinux.ts';
import { documents, listing, origins, site as repo, sums, vault } from './documents/almalinux.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(almalinux, origins, documents);
afterEach(() => site.close());

const key9 = 'BF18AC2876178908D6E71267D36CB86CB86B3716';

describe('almalinux', () => {
  it('answers with the dated file of the newest minor, and the signed list beside it', async () => {
    const folder = `${repo}9.8/cloud/x86_64/images/`;
    expect(await site.resolve('9')).toEqual({
      release: '9',
      version: '9.8',
      variant: 'genericcloud',
      snapshot: '9.8-20260526',
      disk: [
        {
          url: new URL(`${folder}AlmaLinux-9-GenericCloud-9.8-20260526.x86_64.qcow2`),
          archives: [
            new URL(
              'https://vault.almalinux.org/9.8/cloud/x86_64/images/AlmaLinux-9-GenericCloud-9.8-20260526.x86_64.qcow2',
            ),
          ],
          fileName: 'AlmaLinux-9-GenericCloud-9.8-20260526.x86_64.qcow2',
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${folder}CHECKSUM`),
              dialect: 'sums',
              signature: signedBy(`${folder}CHECKSUM.asc`, key9),
            },
          ],
        },
      ],
      guest: {
        osIds: ['almalinux'],
        user: 'almalinux',
        seed: 'nocloud',
        ssh: true,
        firmware: ['bios', 'uefi'],
        eol: '2032-05-31',
        minDiskBytes: 10_737_418_240,
        minMemoryBytes: 536_870_912,
      },
    });
    expect(site.requests).toEqual([`GET ${repo}9/cloud/x86_64/images/CHECKSUM`]);
  });

  it.each<[string, Partial<ImageRequest>, string]>([
    // The file with the same digest as `latest`, not the one that sorts last.
    ['latest', {}, 'AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64.qcow2'],
    ['10.2', {}, 'AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64.qcow2'],
    [
      '10',
      { snapshot: '10.2-20260526.1' },
      'AlmaLinux-10-GenericCloud-10.2-20260526.1.x86_64.qcow2',
    ],
    [
      'latest',
      { variant: 'genericcloud-v2' },
      'AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64_v2.qcow2',
    ],
    [
      '10',
      { variant: 'GenericCloud-x86_64_v2' },
      'AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64_v2.qcow2',
    ],
    [
      '9',
      { variant: 'genericcloud-ext4' },
      'AlmaLinux-9-GenericCloud-ext4-9.8-20260526.x86_64.qcow2',
    ],
    ['9', { arch: 's390x' }, 'AlmaLinux-9-GenericCloud-9.8-20260526.s390x.qcow2'],
    ['latest', { snapshot: '9.8-20260518' }, 'AlmaLinux-9-GenericCloud-9.8-20260518.x86_64.qcow2'],
    ['9.8-20260518', {}, 'AlmaLinux-9-GenericCloud-9.8-20260518.x86_64.qcow2'],
    ['8', {}, 'AlmaLinux-8-GenericCloud-8.10-20260518.x86_64.qcow2'],
    [
      '8',
      { variant: 'genericcloud-uefi' },
      'AlmaLinux-8-GenericCloud-UEFI-8.10-20260518.x86_64.qcow2',
    ],
  ])('%s %j is %s', async (release, more, fileName) => {
    const image = await site.resolve(release, more);
    expect(image.disk[0]?.fileName).toBe(fileName);
    expect(image.warnings).toBeUndefined();
  });

  it('finds an older minor in the vault; of two files with one digest it takes the newer', async () => {
    const image = await site.resolve('9.1');
    expect(image.disk[0]?.url.href).toBe(
      `${vault}9.1/cloud/x86_64/images/AlmaLinux-9-GenericCloud-9.1-20221130.x86_64.qcow2`,
    );
    expect(image.warnings).toMatchObject([{ code: 'archived' }]);
    const exact = await site.resolve('9', { snapshot: '9.1-20221118' });
    expect([exact.version, exact.snapshot]).toEqual(['9.1', '9.1-20221118']);
  });

  it('knows the firmware of every flavour', async () => {
    const firmware = async (release: string, more: Partial<ImageRequest>) =>
      (await site.resolve(release, more)).guest?.firmware;
    expect(await firmware('8', {})).toEqual(['bios']);
    expect(await firmware('8', { variant: 'genericcloud-uefi' })).toEqual(['uefi']);
    expect(await firmware('9', { arch: 's390x' })).toBeUndefined();
  });

  it('accepts signatures by both keys of 8, and by the subkey of the older one', async () => {
    const [proof] = (await site.resolve('8')).disk[0]?.proofs ?? [];
    expect(proof).toMatchObject({
      signature: {
        signers: [
          'BC5EDDCADF502C077F1582882AE81E8ACED7258B',
          '5E9B8F5617B5066CE92057C3488FCF7C3ABB34F8',
          'E53CF5EF91CEB0AD1812ECB851D6647EC21AD6EA',
        ],
      },
    });
  });

  it('falls back to the last major while a new one has no images, with a warning', async () => {
    const next = { [repo]: listing(['10', '11', '9']) };
    const image = await site.resolve('latest', {}, next);
    expect(image.version).toBe('10.2');
    expect(image.warnings).toMatchObject([{ code: 'older-release' }]);
  });

  it('takes the newest file if the list has no latest line', async () => {
    const list = sums({
      'AlmaLinux-9-GenericCloud-9.8-20260526.x86_64.qcow2': 'a',
      'AlmaLinux-9-GenericCloud-9.10-20260501.x86_64.qcow2': 'b',
      // Files of another release or another architecture.
      'AlmaLinux-9-GenericCloud-9.10-20260601.aarch64.qcow2': 'c',
      'AlmaLinux-10-GenericCloud-10.3-20260701.0.x86_64.qcow2': 'd',
    });
    const image = await site.resolve('9', {}, { [`${repo}9/cloud/x86_64/images/CHECKSUM`]: list });
    expect([image.version, image.snapshot]).toEqual(['9.10', '9.10-20260501']);
  });

  it.each<[string, Partial<ImageRequest>, string, string[]]>([
    ['ten', {}, 'release', ['9', '10']],
    ['../9', {}, 'release', ['9', '10']],
    ['7', {}, 'release', ['10', '9', '8']],
    ['9.99', {}, 'release', ['10', '9', '8']],
    ['9', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64', 'ppc64le', 's390x']],
    ['9', { variant: 'opennebula' }, 'variant', ['genericcloud', 'genericcloud-ext4']],
    ['9', { variant: 'genericcloud-uefi' }, 'variant', ['genericcloud', 'genericcloud-ext4']],
    ['9', { variant: 'genericcloud-v2' }, 'variant', ['genericcloud']],
    ['9', { variant: 'generic' }, 'variant', ['genericcloud']],
    ['9', { snapshot: '9.8-20260101' }, 'snapshot', ['9.8-20260526', '9.8-20260518']],
    ['9', { snapshot: '10.2-20260526.0' }, 'snapshot', ['9.8-20260526']],
    ['9', { snapshot: 'latest' }, 'snapshot', ['9.8-20260526']],
    ['9', { parameters: { x: 'y' } }, 'parameter', []],
  ])('%s %j is not found: %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'almalinux', field, known: expect.arrayContaining(known) },
    });
  });

  it.each([
    ['the releases', repo, maintenancePage],
    ['releases, but none in it', repo, listing(['vault'])],
    ['the list', `${repo}10/cloud/x86_64/images/CHECKSUM`, maintenancePage],
  ])('reports ERR_METADATA for a page in place of %s', async (_what, address, page) => {
    await expect(site.resolve('latest', {}, { [address]: page })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
  });

  it('lists every major with its newest minor', async () => {
    expect(await listAll(almalinux, await site.serve(documents))).toEqual([
      {
        release: '10',
        version: '10.2',
        aliases: ['latest'],
        arches: ['amd64', 'arm64', 'ppc64le', 's390x'],
        variants: ['genericcloud', 'genericcloud-v2'],
        eol: '2035-05-31',
      },
      {
        release: '9',
        version: '9.8',
        arches: ['amd64', 'arm64', 'ppc64le', 's390x'],
        variants: ['genericcloud', 'genericcloud-ext4'],
        eol: '2032-05-31',
      },
      {
        release: '8',
        version: '8.10',
        arches: ['amd64', 'arm64'],
        variants: ['genericcloud', 'genericcloud-uefi'],
        eol: '2029-05-31',
      },
    ]);
  });
});
