import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/kit.ts';
import { fedora } from '../../vendors/fedora.ts';
import {
  archive,
  digestOf,
  documents,
  index,
  listing,
  origins,
  ownTree,
  publicTree,
  rows,
} from './documents/fedora.ts';
import { naming } from './every/naming.ts';
import { listAll, maintenancePage } from './every/serve-documents.ts';
import { signedBy } from './every/signed-by.ts';
import { createVendorSite } from './every/vendor-site.ts';

const site = createVendorSite(fedora, origins, documents);
afterEach(() => site.close());

const key44 = '36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6';
const key45 = '4F50A6114CD5C6976A7F1179655A4B02F577861E';

function indexWith(changed: object[]): Record<string, string> {
  return { [index]: JSON.stringify(changed, null, 2) };
}

describe('fedora', () => {
  it('answers from the index alone: the file, its original host, signed list and digest', async () => {
    const path = '44/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2';
    const folder = `${ownTree}fedora/linux/releases/44/Cloud/x86_64/images/`;
    expect(await site.resolve('latest')).toEqual({
      release: '44',
      version: '44',
      variant: 'generic',
      snapshot: '44-1.7',
      disk: [
        {
          url: new URL(`${publicTree}fedora/linux/releases/${path}`),
          mirrors: [new URL(`${ownTree}fedora/linux/releases/${path}`)],
          archives: [
            new URL(`https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/${path}`),
          ],
          fileName: 'Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2',
          sizeBytes: 583_729_152,
          layers: ['qcow2'],
          proofs: [
            {
              kind: 'checksums',
              url: new URL(`${folder}Fedora-Cloud-44-1.7-x86_64-CHECKSUM`),
              dialect: 'sums',
              signature: signedBy('inline', key44),
            },
            { kind: 'digest', digest: `sha256:${digestOf(path)}`, from: index },
          ],
        },
      ],
      guest: {
        osIds: ['fedora'],
        user: 'fedora',
        seed: 'nocloud',
        ssh: true,
        firmware: ['bios', 'uefi'],
        eol: '2027-06-02',
        minMemoryBytes: 536_870_912,
      },
    });
    expect(site.requests).toEqual([`GET ${index}`]);
  });

  it.each<[string, Partial<ImageRequest>, string, string, string]>([
    ['latest', {}, '44', '44-1.7', 'Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2'],
    ['43', {}, '43', '43-1.6', 'Fedora-Cloud-Base-Generic-43-1.6.x86_64.qcow2'],
    // In one release the architecture was before the version.
    ['40', {}, '40', '40-1.14', 'Fedora-Cloud-Base-Generic.x86_64-40-1.14.qcow2'],
    ['9', {}, '9', '9-1.1', 'Fedora-Cloud-Base-9-1.1.x86_64.qcow2'],
    ['44', { variant: 'uki' }, '44', '44-1.7', 'Fedora-Cloud-Base-UEFI-UKI-44-1.7.x86_64.qcow2'],
    [
      '44',
      { variant: 'UEFI-UKI' },
      '44',
      '44-1.7',
      'Fedora-Cloud-Base-UEFI-UKI-44-1.7.x86_64.qcow2',
    ],
    ['44', { arch: 'arm64' }, '44', '44-1.7', 'Fedora-Cloud-Base-Generic-44-1.7.aarch64.qcow2'],
    // Its row has the architecture ppc64.
    ['43', { arch: 'ppc64le' }, '43', '43-1.6', 'Fedora-Cloud-Base-Generic-43-1.6.ppc64le.qcow2'],
    [
      'latest',
      { snapshot: '43-1.6' },
      '43',
      '43-1.6',
      'Fedora-Cloud-Base-Generic-43-1.6.x86_64.qcow2',
    ],
    ['43-1.6', {}, '43', '43-1.6', 'Fedora-Cloud-Base-Generic-43-1.6.x86_64.qcow2'],
    ['beta', {}, '45-beta', '45-1.2', 'Fedora-Cloud-Base-Generic-45-1.2.x86_64.qcow2'],
    ['45-Beta', {}, '45-beta', '45-1.2', 'Fedora-Cloud-Base-Generic-45-1.2.x86_64.qcow2'],
  ])('%s %j is release %s, build %s', async (asked, more, release, build, fileName) => {
    const image = await site.resolve(asked, more);
    expect([image.release, image.snapshot, image.disk[0]?.fileName]).toEqual([
      release,
      build,
      fileName,
    ]);
    expect(image.warnings).toBeUndefined();
    expect(site.requests).toEqual([`GET ${index}`]);
  });

  it('spells the list of a beta as Fedora does, with the key of that release', async () => {
    const image = await site.resolve('beta');
    expect(image.disk[0]?.proofs[0]).toEqual({
      kind: 'checksums',
      url: new URL(
        `${ownTree}fedora/linux/releases/test/45_Beta/Cloud/x86_64/images/Fedora-Cloud-45_Beta-1.2-x86_64-CHECKSUM`,
      ),
      dialect: 'sums',
      signature: signedBy('inline', key45),
    });
  });

  it('gives no digest if the index has none', async () => {
    const image = await site.resolve('44', { arch: 'arm64' });
    expect(image.disk[0]?.proofs.map(({ kind }) => kind)).toEqual(['checksums']);
  });

  it('boots a unified kernel image with UEFI only', async () => {
    expect((await site.resolve('44', { variant: 'uki' })).guest?.firmware).toEqual(['uefi']);
    expect((await site.resolve('44', { arch: 's390x' })).guest).not.toHaveProperty('firmware');
  });

  it('finds an ended release in the archive, with a warning', async () => {
    const image = await site.resolve('39');
    const folder = `${archive}fedora/linux/releases/39/Cloud/x86_64/images/`;
    const [disk] = image.disk;
    expect(disk?.url.href).toBe(`${folder}Fedora-Cloud-Base-39-1.5.x86_64.qcow2`);
    expect(disk).not.toHaveProperty('mirrors');
    expect(disk?.proofs).toEqual([
      {
        kind: 'checksums',
        url: new URL(`${folder}Fedora-Cloud-39-1.5-x86_64-CHECKSUM`),
        dialect: 'sums',
        signature: signedBy('inline'),
      },
    ]);
    expect(image.snapshot).toBe('39-1.5');
    expect(image.warnings).toMatchObject([{ code: 'archived' }]);
    // Its old folder has a README.
    expect(site.requests).toContain(`GET ${ownTree}fedora/linux/releases/39/Cloud/x86_64/images/`);
  });

  it('finds a compose that was published later in the folder of its release', async () => {
    const folder = `${ownTree}fedora/linux/releases/43/Cloud/x86_64/images/`;
    const later = {
      [folder]: listing('/43', [
        'Fedora-Cloud-43-1.6-x86_64-CHECKSUM',
        'Fedora-Cloud-43-20260801.0-x86_64-CHECKSUM',
        'Fedora-Cloud-Base-Generic-43-1.6.x86_64.qcow2',
        'Fedora-Cloud-Base-Generic-43-20260801.0.x86_64.qcow2',
      ]),
    };
    const image = await site.resolve('43', { snapshot: '43-20260801.0' }, later);
    expect(image.disk[0]?.url.href).toBe(
      `${publicTree}fedora/linux/releases/43/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-43-20260801.0.x86_64.qcow2`,
    );
    expect(image.disk[0]?.proofs).toMatchObject([
      { url: new URL(`${folder}Fedora-Cloud-43-20260801.0-x86_64-CHECKSUM`) },
    ]);
  });

  it('finds the secondary architectures in their own trees', async () => {
    const s390x = await site.resolve('latest', { arch: 's390x' });
    expect(s390x.disk[0]?.url.href).toBe(
      `${publicTree}fedora-secondary/releases/44/Cloud/s390x/images/Fedora-Cloud-Base-Generic-44-1.7.s390x.qcow2`,
    );
    expect(s390x.disk[0]?.proofs).toMatchObject([{ signature: { signers: [key44] } }]);
    const riscv = await site.resolve('44', { arch: 'riscv64' });
    expect(riscv.snapshot).toBe('44-20260604.0');
    expect(riscv.disk[0]?.proofs).toEqual([
      {
        kind: 'checksums',
        url: new URL(
          `${ownTree}alt/risc-v/release/44/Cloud/riscv64/images/Fedora-Cloud-44-20260604.0-riscv64-CHECKSUM`,
        ),
        dialect: 'sums',
      },
    ]);
  });

  it('takes the only list of a folder, whatever its name is', async () => {
    const folder = `${ownTree}fedora-secondary/releases/44/Cloud/s390x/images/`;
    const names = [
      'Fedora-Cloud-44-s390x-CHECKSUM',
      'Fedora-Cloud-Base-Generic-44-1.7.s390x.qcow2',
    ];
    const image = await site.resolve('44', { arch: 's390x' }, { [folder]: listing('/44', names) });
    expect(image.disk[0]?.proofs).toMatchObject([{ url: new URL(folder + names[0]) }]);
    const bare = await site.resolve(
      '44',
      { arch: 's390x' },
      { [folder]: listing('/44', names.slice(1)) },
    );
    // Fedora signs a list for every release: if the folder shows none, the proof requires it under its usual name.
    expect(bare.disk[0]?.proofs).toMatchObject([
      {
        url: new URL(`${folder}Fedora-Cloud-44-1.7-s390x-CHECKSUM`),
        signature: signedBy('inline', key44),
      },
    ]);
  });

  it('skips rows of other editions and files of another release', async () => {
    const [first] = rows;
    const stray = `${publicTree}fedora/linux/releases/44/Fedora-Cloud-Base-Generic-45-1.0.x86_64.qcow2`;
    const image = await site.resolve(
      'latest',
      {},
      indexWith([
        { version: '44', variant: 'Labs' },
        { ...first, version: '44', link: stray },
        { ...first, version: 'Rawhide' },
        ...rows,
      ]),
    );
    expect(image.snapshot).toBe('44-1.7');
  });

  it('warns when the latest release of an architecture is an older one', async () => {
    const image = await site.resolve('latest', { arch: 'ppc64le' });
    expect(image.release).toBe('43');
    expect(image.warnings).toMatchObject([{ code: 'older-release' }]);
  });

  const releases = ['45-beta', '44', '43', '40', '9'];
  it.each<[string, Partial<ImageRequest>, string, string[]]>([
    ['rawhide', {}, 'release', releases],
    ['99', {}, 'release', releases],
    ['46-beta', {}, 'release', releases],
    ['../44', {}, 'release', releases],
    ['45', {}, 'release', releases],
    ['44', { arch: '386' }, 'arch', ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64']],
    ['43', { arch: 'arm64' }, 'arch', ['amd64', 'ppc64le']],
    ['44', { variant: 'azure' }, 'variant', ['generic', 'uki']],
    ['44', { variant: 'gen' }, 'variant', ['generic', 'uki']],
    ['43', { variant: 'uki' }, 'variant', ['generic']],
    ['44', { snapshot: '44-1.6' }, 'snapshot', ['44-1.7']],
    ['44', { snapshot: '43-1.6' }, 'snapshot', ['44-1.7']],
    ['latest', { snapshot: '../x' }, 'snapshot', ['44-1.7', '43-1.6']],
    ['44', { parameters: { flavour: 'x' } }, 'parameter', []],
  ])('%s %j is not found: %s', async (release, more, field, known) => {
    await expect(site.resolve(release, more)).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      details: { vendor: 'fedora', field, known: expect.arrayContaining(known) },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['a page', { [index]: maintenancePage }],
    ['an object', { [index]: '{"releases": []}' }],
    ['no cloud image', indexWith(rows.filter(({ variant }) => variant !== 'Cloud'))],
    [
      'a link over plain http',
      indexWith([{ ...rows[7], link: rows[7]?.link.replace('https:', 'http:') }]),
    ],
    ['an invalid digest', indexWith([{ ...rows[7], sha256: 'd41d8cd98f00b204e9800998ecf8427e' }])],
    ['an invalid size', indexWith([{ ...rows[7], size: '557 MiB' }])],
  ])('reports ERR_METADATA for %s in place of the index', async (_what, changed) => {
    await expect(site.resolve('latest', {}, changed)).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(index),
    });
  });

  it('names the address of a page in place of a folder', async () => {
    const folder = `${archive}fedora/linux/releases/39/Cloud/x86_64/images/`;
    await expect(site.resolve('39', {}, { [folder]: maintenancePage })).rejects.toMatchObject({
      code: 'ERR_METADATA',
      message: naming(folder),
    });
  });

  it('takes the latest release from the index, never from the date', async () => {
    for (const now of ['2025-01-01', '2040-01-01']) {
      expect((await site.resolve('latest', {}, {}, now)).release).toBe('44');
    }
    const next = rows.map((row) => ({
      ...row,
      version: row.version.replace(' Beta', ''),
      link: row.link.replace('test/45_Beta', '45'),
    }));
    const image = await site.resolve('latest', {}, indexWith(next));
    expect([image.release, image.guest?.eol]).toEqual(['45', undefined]);
  });

  it('lists the releases of the index', async () => {
    expect(await listAll(fedora, await site.serve(documents))).toEqual([
      { release: '45-beta', arches: ['amd64'], variants: ['generic'] },
      {
        release: '44',
        aliases: ['latest'],
        arches: ['amd64', 'arm64'],
        variants: ['generic', 'uki'],
        eol: '2027-06-02',
      },
      { release: '43', arches: ['amd64', 'ppc64le'], variants: ['generic'], eol: '2026-12-09' },
      { release: '40', arches: ['amd64'], variants: ['generic'], eol: '2025-05-13' },
      { release: '9', arches: ['amd64'], variants: ['generic'] },
    ]);
  });
});
