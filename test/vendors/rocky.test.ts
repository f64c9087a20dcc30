import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/kit.ts';
import { rocky } from '../../vendors/rocky.ts';
import { documents, listing, origins, site as pub, twin, vault } from './documents/rocky.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(rocky, origins, documents);
afterEach(() => site.close());

const key8 = '7051C470A929F454CEBE37B715AF5DAC6D745A60';
const key9 = '21CB256AE16FC54C6E652949702D426D350D275D';
const key10 = 'FC226859C0860BF0DDB95B085B106C736FEDFC85';

describe('rocky', () => {
  it('answers with the dated file of the newest minor, its sidecar and the signature of the sidecar', async () => {
    const path = '10.2/images/x86_64/Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2';
    expect(await site.resolve('latest')).toEqual({
      release: '10',
      version: '10.2',
      variant: 'base',
      snapshot: '10.2-20260525.0',
      disk: [
        {
          url: new URL(pub + path),
          mirrors: [new URL(twin + path)],
          archives: [new URL(`https://dl.rockylinux.org/vault/rocky/${path}`)],
          fileName: 'Rocky-10-GenericCloud-Base-10.2-20260525.0.x86_64.qcow2',
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${pub}${path}.CHECKSUM`),
              dialect: 'sums',
              signature: signedBy(`${pub}${path}.CHECKSUM.asc`, key10),
            },
          ],
        },
      ],
      guest: {
        osIds: ['rocky'],
        user: 'rocky',
        seed: 'nocloud',
        ssh: true,
        firmware: ['bios', 'uefi'],
        eol: '2035-05-31',
        minDiskBytes: 10_737_418_240,
        minMemoryBytes: 536_870_912,
      },
    });
    expect(site.requests).toEqual([`GET ${pub}`, `GET ${pub}10.2/images/x86_64/`]);
  });

  it.each<[string, Partial<ImageRequest>, string]>([
    ['9', {}, 'Rocky-9-GenericCloud-Base-9.8-20260525.2.x86_64.qcow2'],
    ['9.8', {}, 'Rocky-9-GenericCloud-Base-9.8-20260525.2.x86_64.qcow2'],
    ['9', { variant: 'lvm' }, 'Rocky-9-GenericCloud-LVM-9.8-20260525.0.x86_64.qcow2'],
    ['9', { variant: 'GenericCloud-LVM' }, 'Rocky-9-GenericCloud-LVM-9.8-20260525.0.x86_64.qcow2'],
    ['9', { variant: 'genericcloud' }, 'Rocky-9-GenericCloud-Base-9.8-20260525.2.x86_64.qcow2'],
    ['9', { arch: 's390x' }, 'Rocky-9-GenericCloud-Base-9.8-20260525.0.s390x.qcow2'],
    [
      'latest',
      { snapshot: '9.8-20260525.0' },
      'Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2',
    ],
    ['9.8-20260525.0', {}, 'Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2'],
    // The newest of 8 is 8.10, not 8.5.
    ['8', {}, 'Rocky-8-GenericCloud-Base-8.10-20240528.0.x86_64.qcow2'],
  ])('%s %j is %s', async (release, more, fileName) => {
    const image = await site.resolve(release, more);
    expect(image.disk[0]?.fileName).toBe(fileName);
    expect(image.warnings).toBeUndefined();
  });

  it.each<[string, Partial<ImageRequest>, string, string]>([
    [
      '9.4',
      {},
      `${vault}9.4/images/x86_64/Rocky-9-GenericCloud-Base-9.4-20240609.1.x86_64.qcow2`,
      '.CHECKSUM',
    ],
    [
      '9',
      { snapshot: '9.4-20240523.0' },
      `${vault}9.4/images/x86_64/Rocky-9-GenericCloud-Base-9.4-20240523.0.x86_64.qcow2`,
      '.CHECKSUM',
    ],
    [
      '9.0',
      {},
      `${vault}9.0/images/x86_64/Rocky-9-GenericCloud-9.0-20220706.0.x86_64.qcow2`,
      '.CHECKSUM',
    ],
    [
      '8.5',
      { arch: 'arm64' },
      `${vault}8.5/images/Rocky-8-GenericCloud-8.5.20211114.1.aarch64.qcow2`,
      'CHECKSUM',
    ],
  ])('finds %s %j in the vault', async (release, more, address, list) => {
    const image = await site.resolve(release, more);
    const [disk] = image.disk;
    expect(disk?.url.href).toBe(address);
    expect(disk).not.toHaveProperty('mirrors');
    const sums = list === 'CHECKSUM' ? new URL(list, address) : new URL(address + list);
    const signature = release.startsWith('8') && signedBy(`${sums}.asc`, key8);
    expect(disk?.proofs).toEqual([
      { kind: 'checksums', url: sums, dialect: 'sums', ...(signature && { signature }) },
    ]);
    expect(image.warnings).toMatchObject([{ code: 'archived' }]);
  });

  it('requires a signature for 9 if one exists, and for 8 and 10 always', async () => {
    const [old] = (await site.resolve('9.8', { snapshot: '9.8-20260520.10' })).disk;
    expect(old?.proofs).toMatchObject([
      { signature: signedBy(`${old?.url.href}.CHECKSUM.asc`, key9) },
    ]);
    const [current] = (await site.resolve('9.8')).disk;
    expect(current?.proofs[0]).not.toHaveProperty('signature');
    const [eight] = (await site.resolve('8.10')).disk;
    expect(eight?.proofs).toMatchObject([{ signature: { signers: [key8] } }]);
    const [lvm] = (await site.resolve('10', { variant: 'lvm' })).disk;
    expect(lvm?.proofs).toMatchObject([{ signature: { signers: [key10] } }]);
  });

  it('compares builds as numbers, and only those of the minor', async () => {
    const folder = `${pub}9.8/images/x86_64/`;
    const names = ['9.8-20260525.2', '9.8-20260525.10', '9.9-20270101.0'].map(
      (build) => `Rocky-9-GenericCloud-Base-${build}.x86_64.qcow2`,
    );
    const image = await site.resolve('9', {}, { [folder]: listing('/9.8', names) });
    expect(image.snapshot).toBe('9.8-20260525.10');
  });

  it('skips a newest minor without images, with a warning', async () => {
    const early = documents[pub]?.replace(
      '<tr><td class="link"><a href="10/"',
      '<tr><td class="link"><a href="10.3/">10.3/</a></td></tr><tr><td class="link"><a href="10/"',
    );
    const image = await site.resolve('latest', {}, { [pub]: early ?? '' });
    expect(image.version).toBe('10.2');
    expect(image.warnings).toMatchObject([{ code: 'older-version' }]);
  });

  it.each<[string, Partial<ImageRequest>, string, string[]]>([
    ['nine', {}, 'release', ['9']],
    ['../9', {}, 'release', ['9']],
    ['7', {}, 'release', ['10', '9.8']],
    ['9.99', {}, 'release', ['10', '9.8']],
    ['9', { arch: 'riscv64' }, 'arch', ['amd64', 'arm64', 'ppc64le', 's390x']],
    ['9', { variant: 'ocp' }, 'variant', ['base', 'lvm']],
    ['9', { variant: 'lv' }, 'variant', ['base', 'lvm']],
    ['9', { snapshot: '9.8-20260101.0' }, 'snapshot', ['9.8-20260525.2', '9.8-20260525.0']],
    ['9', { snapshot: '10.2-20260525.0' }, 'snapshot', ['9.8-20260525.2']],
    ['9', { snapshot: 'latest' }, 'snapshot', ['9.8-20260525.2']],
    ['9', { parameters: { x: 'y' } }, 'parameter', []],
  ])('%s %j is not found: %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'rocky', field, known: expect.arrayContaining(known) },
    });
  });

  it.each([
    ['the releases', pub, maintenancePage],
    ['releases, but none in it', pub, listing('/', ['README'])],
    ['the images', `${pub}10.2/images/x86_64/`, maintenancePage],
  ])('reports ERR_METADATA for a page in place of %s', async (_what, address, page) => {
    await expect(site.resolve('latest', {}, { [address]: page })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(address),
    });
  });

  it('lists every major with its newest minor that has images', async () => {
    const serve = await site.serve({
      ...documents,
      [`${pub}10.2/images/aarch64/`]: listing('/', []),
    });
    expect(await listAll(rocky, serve)).toEqual([
      {
        release: '10',
        version: '10.2',
        aliases: ['latest'],
        arches: ['amd64', 'arm64', 'ppc64le', 's390x'],
        variants: ['base', 'lvm'],
        eol: '2035-05-31',
      },
      {
        release: '9',
        version: '9.8',
        arches: ['amd64', 'arm64', 'ppc64le', 's390x'],
        variants: ['base', 'lvm'],
        eol: '2032-05-31',
      },
      {
        release: '8',
        version: '8.10',
        arches: ['amd64', 'arm64'],
        variants: ['base'],
        eol: '2029-05-31',
      },
    ]);
  });
});
