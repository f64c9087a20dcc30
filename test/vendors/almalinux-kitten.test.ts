import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/kit.ts';
import { almalinuxKitten } from '../../vendors/almalinux-kitten.ts';
import { documents, kitten, origins } from './documents/almalinux.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(almalinuxKitten, origins, documents);
afterEach(() => site.close());

describe('almalinux-kitten', () => {
  it('answers with the newest dated file and the signed list beside it', async () => {
    const folder = `${kitten}cloud/x86_64/images/`;
    const image = await site.resolve('latest');
    expect(image).toMatchObject({
      release: '10',
      variant: 'genericcloud',
      snapshot: '20260501.0',
      guest: { user: 'almalinux', firmware: ['bios', 'uefi'] },
    });
    expect(image.disk).toEqual([
      {
        url: new URL(`${folder}AlmaLinux-Kitten-GenericCloud-10-20260501.0.x86_64.qcow2`),
        fileName: 'AlmaLinux-Kitten-GenericCloud-10-20260501.0.x86_64.qcow2',
        layers: ['qcow2'],
        proofs: [
          {
            kind: 'checksums',
            url: new URL(`${folder}CHECKSUM`),
            dialect: 'sums',
            signature: signedBy(
              `${folder}CHECKSUM.asc`,
              'EE6DB7B98F5BF5EDD9DA0DE5DEE5C11CC2A1E572',
            ),
          },
        ],
      },
    ]);
    expect(site.requests).toEqual([`GET ${folder}CHECKSUM`]);
  });

  it.each<[string, Partial<ImageRequest>, string]>([
    ['10', { arch: 'riscv64' }, 'AlmaLinux-Kitten-GenericCloud-10-20260302.0.riscv64.qcow2'],
    [
      '10-kitten',
      { variant: 'genericcloud-v2' },
      'AlmaLinux-Kitten-GenericCloud-10-20260501.0.x86_64_v2.qcow2',
    ],
    [
      'latest',
      { snapshot: '20260414.0' },
      'AlmaLinux-Kitten-GenericCloud-10-20260414.0.x86_64.qcow2',
    ],
  ])('%s %j is %s', async (release, more, fileName) => {
    expect((await site.resolve(release, more)).disk[0]?.fileName).toBe(fileName);
  });

  it.each<[string, Partial<ImageRequest>, string, string[]]>([
    ['9', {}, 'release', ['10']],
    ['10', { arch: 'loong64' }, 'arch', ['amd64', 'riscv64']],
    ['10', { variant: 'opennebula' }, 'variant', ['genericcloud']],
    ['10', { snapshot: '20260501' }, 'snapshot', ['20260501.0', '20260414.0']],
    ['10', { parameters: { x: 'y' } }, 'parameter', []],
  ])('%s %j is not found: %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'almalinux-kitten', field, known: expect.arrayContaining(known) },
    });
  });

  it('names the address of a page in place of the list', async () => {
    const address = `${kitten}cloud/x86_64/images/CHECKSUM`;
    await expect(site.resolve('latest', {}, { [address]: maintenancePage })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
  });

  it('lists its only stream', async () => {
    expect(await listAll(almalinuxKitten, await site.serve(documents))).toEqual([
      {
        release: '10',
        aliases: ['latest', '10-kitten'],
        arches: ['amd64', 'arm64', 'riscv64', 'ppc64le', 's390x'],
        variants: ['genericcloud', 'genericcloud-v2'],
      },
    ]);
  });
});
